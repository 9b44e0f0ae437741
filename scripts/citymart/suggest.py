"""Layout rows for columns that no layout knows, by the closest known names and the look of the values."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from citymart.containers import members
from citymart.csv_rows import DELIMITERS, Dialect, head
from citymart.deliveries import no_such_file
from citymart.errors import CityMartError
from citymart.formats import detect, open_rows
from citymart.headers import DATE, NUMBER, likeliest_header, normalise
from citymart.layouts import ANYONE, ASKED, IGNORED, Seeds
from citymart.looks import FieldsByValue, are_names, is_a_value, look_of, tells_a_list
from citymart.text import read_text

# Enough to see what a column holds, few enough for a file of any size.
SAMPLE = 400
LEAST_LIKENESS = 0.66
# `Property UPRN` is the UPRN rather than the property's type.
WHOLE_NAME_WITHIN = 0.8
# A column is not left out because another one of a like name is.
DOUBT_OF_IGNORING = 0.1
SAMPLES = 3
# How many fields a row that asks names.
CANDIDATES = 4
NAME = "name"
"""What a column holds whose values are names of people, beside `date`, `number` and `text`."""


@dataclass(frozen=True)
class Table:
    """The beginning of a file as a table: column names as they stand, and some records.

    `header_line` is where the names stand; None where the format itself names its columns, and where no
    record looks like a header: then the names are blank, and a column is known by its position.
    """

    member: str | None
    header: list[str]
    records: list[list[str | None]]
    header_line: int | None = None

    def values(self, position: int) -> list[str]:
        found = (record[position] for record in self.records if position < len(record))
        return [value.strip() for value in found if value and value.strip()]


@dataclass(frozen=True)
class Row:
    """A row for `seeds/layouts/layout_<subject>.csv`."""

    provider_code: str
    source_column: str
    field: str
    format: str
    note: str


@dataclass(frozen=True)
class Suggestion:
    """What to paste, for which subject, and the required fields that would still have no column.

    `header_line` is the line that was taken for the header; None where the format itself names its columns,
    and where there is no header. `samples` are values of the columns that no layout knows: for the eyes of
    who asks, and for no file.
    """

    file: str
    subject: str
    is_guess: bool
    has_header: bool
    header_line: int | None
    rows: list[Row]
    known: list[str]
    missing: list[str]
    samples: dict[str, list[str]]


def suggest(path: Path, *, provider: str | None = None, subject: str | None = None) -> list[Suggestion]:
    """A suggestion for each table in the file (an archive holds several).

    Provider and subject are taken from the path, `<provider>/<subject>/…`, where they are not given; the
    subject is guessed from the column names where the path does not say it either.

    Raises `UsageError` for a provider or subject that does not exist.
    """
    if not path.is_file():
        raise no_such_file(path)
    seeds = Seeds()
    parts = path.resolve().parts
    provider = provider or (parts[-3] if len(parts) > 2 and parts[-3] in seeds.providers else None)
    subject = subject or (parts[-2] if len(parts) > 2 and parts[-2] in seeds.subjects else None)
    seeds.check(provider or seeds.providers[0], subject or seeds.subjects[0])
    seeds.check_layouts([subject] if subject else None)
    names = {name: _Names(name, seeds) for name in ([subject] if subject else seeds.subjects)}
    found = []
    for table in read_tables(path, lambda name: any(known.knows(name) for known in names.values())):
        likeliest = max(names.values(), key=lambda known: known.resemblance(table.header))
        found.append(_suggestion(path, table, provider, likeliest, seeds, is_guess=subject is None))
    return found


def read_tables(path: Path, is_known: Callable[[str], bool]) -> list[Table]:
    """The beginnings of the file's tables, with the header found by looking, known names or not."""
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        for member in members(path, Path(folder)):
            if member.table:
                records = [r.cells for r in head(member.table.text, Dialect(), SAMPLE) if r.cells]
                tables.append(Table(member.name, member.table.names, records))
                continue
            tables.append(_read(member.name, member.path, Path(folder) / "text", is_known))
    return tables


def _read(name: str | None, path: Path, scratch: Path, is_known: Callable[[str], bool]) -> Table:
    format = detect(path)
    if format != "csv":
        rows = open_rows(path, format, {})
        numbered = [(number, cells) for number, cells in islice(rows.rows, SAMPLE)]
        if rows.header:
            return Table(name, rows.header, [cells for _, cells in numbered])
        return _under_header(name, numbered, is_known)
    text = read_text(path, scratch)
    readings = [
        [(record.line, record.cells) for record in head(text, Dialect(delimiter), SAMPLE) if record.cells]
        for delimiter in DELIMITERS
    ]
    # The delimiter is the one that cuts most records into the same number of cells, more than one.
    return _under_header(name, max(readings, key=_evenness), is_known)


def _evenness(records: Sequence[tuple[int, list]]) -> int:
    widths = Counter(len(cells) for _, cells in records if len(cells) > 1)
    return widths.most_common(1)[0][1] if widths else 0


def _under_header(
    name: str | None, numbered: list[tuple[int, list]], is_known: Callable[[str], bool]
) -> Table:
    if not numbered:
        raise CityMartError("the file holds no records: there is nothing to propose")
    lines, records = zip(*numbered, strict=True)
    at = likeliest_header(records, is_known)
    if not any(cell and is_known(cell) for cell in records[at]) and any(map(is_a_value, records[at])):
        return Table(name, [""] * max(map(len, records)), list(records))
    return Table(name, [cell or "" for cell in records[at]], list(records[at + 1 :]), lines[at])


class _Names:
    """Every name that the fields of a subject are known to go by, of any provider."""

    def __init__(self, subject: str, seeds: Seeds):
        self.subject = subject
        self.by_field: dict[str, set[str]] = {
            row["field"]: {row["field"]}
            for row in seeds.rows("layouts/subject_fields.csv")
            if row["subject"] == subject
        }
        self.ignored: set[str] = set()
        for row in seeds.rows(f"layouts/layout_{subject}.csv"):
            if row["source_column"].startswith("#"):
                continue
            if row["field"] == IGNORED:
                self.ignored.add(row["source_column"])
            else:
                self.by_field.setdefault(row["field"], {row["field"]}).add(row["source_column"])
        self._keys = {normalise(name) for names in self.by_field.values() for name in names}

    def knows(self, name: str) -> bool:
        return normalise(name) in self._keys

    def resemblance(self, header: Iterable[str]) -> float:
        names = [name for name in header if name.strip()]
        return sum(self.best(name)[0] ** 3 for name in names) / max(len(names), 1)

    def best(self, name: str) -> tuple[float, str]:
        """How like the name is to the closest known one, 0 to 1, and which that is."""
        return max((_likeness(name, known), known) for names in self.by_field.values() for known in names)

    def ranked(self, name: str) -> list[tuple[float, str, str]]:
        """Likeness, field and closest known name, best first; field `-` for columns that others ignore."""
        found = [
            (*max((_likeness(name, k), k) for k in names), field) for field, names in self.by_field.items()
        ]
        if self.ignored:
            found.append((*max((_likeness(name, known), known) for known in self.ignored), IGNORED))
        return [(score, field, known) for score, known, field in sorted(found, reverse=True)]


def _likeness(name: str, known: str) -> float:
    """Letters in order, or words in common, or the whole of the known name in it, whichever says most."""
    a, b = normalise(name), normalise(known)
    if not a or not b:
        return 0.0
    # Of three letters another name has two by chance.
    letters = SequenceMatcher(None, a, b, autojunk=False).ratio() if len(b) > 3 else 0.0
    mine, theirs = _words(name), _words(known)
    common = len(mine & theirs)
    words = 2 * common / (len(mine) + len(theirs)) if common else 0.0
    return max(letters, words, WHOLE_NAME_WITHIN if theirs <= mine and len(b) > 3 else 0.0)


def _words(name: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return {word for word in re.split(r"[^a-z0-9]+", apart.lower()) if word}


def _suggestion(
    path: Path, table: Table, provider: str | None, names: _Names, seeds: Seeds, *, is_guess: bool
) -> Suggestion:
    layout = seeds.layout(provider or ANYONE, names.subject)
    known = [layout.feeds(at, name) for at, name in enumerate(table.header, 1)]
    taken = {field for field in known if field}
    unknown = [
        at
        for at, name in enumerate(table.header)
        if known[at] is None
        and not (name.strip() and layout.is_known(name))
        and (name.strip() or table.values(at))
    ]
    chosen = _assigned(table, unknown, names, taken)
    used = taken | {field for field, _ in chosen.values()}
    nameless = [at for at in unknown if at not in chosen]
    fields = FieldsByValue(names.subject, provider, seeds)
    chosen |= _by_values(table, nameless, fields, used, layout.table(used).always)
    rows, samples = [], {}
    for at in unknown:
        field, because = chosen[at]
        values = table.values(at)
        shown = " | ".join(shape for shape, _ in Counter(map(shape_of, values)).most_common(SAMPLES))
        note = f"{because}; holds {shown}" if shown else because
        source = " ".join(table.header[at].split()) or f"#{at + 1}"
        rows.append(Row(provider or ANYONE, source, field, _format(field, values), note))
        samples[source] = list(
            islice(dict.fromkeys(" ".join(value.split())[:30] for value in values), SAMPLES)
        )
    fed = taken | {row.field for row in rows}
    return Suggestion(
        file=table.member or path.name,
        subject=names.subject,
        is_guess=is_guess,
        has_header=any(name.strip() for name in table.header),
        header_line=table.header_line,
        rows=rows,
        known=[table.header[at] for at in range(len(table.header)) if known[at]],
        missing=[field for field in layout.table(fed).always if field not in fed],
        samples=samples,
    )


def shape_of(value: str) -> str:
    """What a value looks like without a letter or a digit of it, as rows that are kept may hold it:
    `Jane O'Hara, 7 High St` is `Aaaa A'Aaaa, 9 Aaaa Aa`. Runs of a letter are cut to three.
    """
    marks = "".join(_mark(letter) for letter in " ".join(value.split()))
    return re.sub(r"A{4,}", "AAA", re.sub(r"a{4,}", "aaa", marks))[:30].rstrip()


def _mark(letter: str) -> str:
    if letter.isalpha():
        return "A" if letter.isupper() else "a"
    if unicodedata.category(letter)[0] in "PSZ":
        return letter
    return "9" if letter.isnumeric() else "?"


def _assigned(table: Table, unknown: list[int], names: _Names, taken: set[str]) -> dict[int, tuple[str, str]]:
    """Position → field and why. The best match first, and no field twice."""
    pairs = []
    for at in unknown:
        kind = NAME if are_names(table.values(at)) else _kind(table.values(at))
        for score, field, known in names.ranked(table.header[at]):
            weighed = score + _evidence(kind, field)
            if weighed >= LEAST_LIKENESS:
                pairs.append((weighed, -at, field, known))
    chosen: dict[int, tuple[str, str]] = {}
    used = set(taken) - {IGNORED}
    for _, at, field, known in sorted(pairs, reverse=True):
        if -at in chosen or field in used:
            continue
        chosen[-at] = (field, f"like {known!r}" + (", which others ignore" if field == IGNORED else ""))
        if field != IGNORED:
            used.add(field)
    return chosen


def _by_values(
    table: Table, columns: list[int], fields: FieldsByValue, used: set[str], required: list[str]
) -> dict[int, tuple[str, str]]:
    """Position → field and why, for columns whose names say nothing. Where the values don't tell one field
    either, the row asks: a column full of values is not ignored by accident.
    """
    told = {at: _told_by(table.values(at), fields, used, required) for at in columns}
    claims = Counter(field for field, _, _ in told.values())
    chosen = {}
    for at, (field, perhaps, words) in told.items():
        if not table.values(at):
            chosen[at] = (IGNORED, "empty, and no name known is like it")
        elif field and claims[field] == 1:
            chosen[at] = (field, f"a guess by its values alone, {words}: look whether it is")
        else:
            which = ", perhaps " + " or ".join(perhaps[:CANDIDATES]) if perhaps else ""
            looks = f" ({words}{which})" if words else which
            chosen[at] = (
                ASKED,
                f"no name known is like it{looks}: write the field or {IGNORED} to ignore it",
            )
    return chosen


def _told_by(
    values: list[str], fields: FieldsByValue, used: set[str], required: list[str]
) -> tuple[str | None, list[str], str]:
    """The field that the values tell, if they do; those that they may be of; and what they are, in words."""
    coded = fields.coded(values, used)
    if coded and tells_a_list(values):
        return (coded[0] if len(coded) == 1 else None), coded, f"codes of {' or '.join(coded[:CANDIDATES])}"
    look = look_of(values)
    if look is None:
        return None, coded, ""
    perhaps = fields.reading(look, used)
    # Dates, amounts, yes and no are in many columns: only one that has to be there is likelier than others.
    likely = perhaps if look.is_telling else [field for field in perhaps if field in required]
    return (likely[0] if len(likely) == 1 else None), perhaps, look.words


def _kind(values: list[str]) -> str | None:
    """`date`, `number` or `text`, by what most values are; None without values."""
    if not values:
        return None
    for kind, pattern in (("date", DATE), ("number", NUMBER)):
        matches = pattern.match if kind == "date" else pattern.fullmatch
        if sum(bool(matches(value)) for value in values) * 10 >= len(values) * 8:
            return kind
    return "text"


def _evidence(kind: str | None, field: str) -> float:
    """What the values say for or against a field; a field's name tells what it holds."""
    if field == IGNORED:
        return -DOUBT_OF_IGNORING
    if kind is None:
        return 0.0
    if kind == NAME:
        return 0.1 if "name" in field else -0.5
    is_date = field.endswith("_date")
    is_amount = field.endswith(("_amount", "_dwellings")) or field in ("hectares", "easting", "northing")
    if kind == "date":
        return 0.2 if is_date else -0.5
    if kind == "number":
        return 0.1 if is_amount else (0.0 if is_date else -0.05)
    return -0.5 if is_date or is_amount else 0.0


def _format(field: str, values: list[str]) -> str:
    """The declared format that the dates call for, where looking shows it."""
    is_date = field.endswith("_date") or (field == ASKED and _kind(values) == "date")
    if not is_date or not values:
        return ""
    parts = [re.match(r"(\d{1,2})[/.\-](\d{1,2})[/.\-]\d{2,4}", value) for value in values]
    if found := [(int(part[1]), int(part[2])) for part in parts if part]:
        # A slip or two are no form: what most of those say that can be read in one way only.
        month_first = sum(second > 12 for _, second in found)
        day_first = sum(first > 12 for first, _ in found)
        if month_first or day_first:
            return "mdy" if month_first > day_first else "dmy"
        return ""
    if all(re.fullmatch(r"[2-5]\d{4}(?:\.0+)?", value) for value in values):
        return "excel_serial"
    return ""

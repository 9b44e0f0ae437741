"""Who a landed record names, read from its cells as they stand: no database is open while landing.

Which cell is what comes from the layout rows (a column's field) and from `subject_fields.csv` (a field's
classification). What a field says of a person comes from its name, as the contracts of the subjects have
them: `…surname`, `…forename`, `…name`, `…birth_date`, `nino`, `…_reference`, `…postcode`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..headers import normalise
from ..home import PROJECT
from ..layouts import IGNORED, Layout, Seeds

PERSONAL = "personal"
SHORTEST_REFERENCE = 4  # `1` is the first member of any household
_MACROS = PROJECT / "macros"

_PART = re.compile(
    r"(?P<prefix>.*?)_?(?P<part>title|forenames?|first_names?|given_names?|middle_names?"
    r"|surname|last_name|family_name)"
).fullmatch
_WHOLE = re.compile(r"(?P<prefix>.*?)_?(?:full_)?name(?P<number>_\d+)?").fullmatch
_BIRTH = re.compile(r"(?P<prefix>.*?)_?(?:birth_date|date_of_birth|dob)").fullmatch
_NINO = re.compile(r"(?P<prefix>.*?)_?(?:nino|ni_number|national_insurance_number)").fullmatch
_NHS = re.compile(r"(?P<prefix>.*?)_?nhs_number").fullmatch
_REFERENCE = re.compile(r".*_reference|.*_number(?:_prefix|_suffix)?").fullmatch
_POSTCODE_FIELD = re.compile(r"(?P<prefix>.*?)_?postcode").fullmatch
_ADDRESS_FIELD = re.compile(r"(?P<prefix>.*?)_?address(?:_\d+)?").fullmatch

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b")
_NINO_TEXT = re.compile(r"\b[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2}(?= ?[A-D]?\b)")
_DATE_TEXT = re.compile(
    r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.-](?:\d{1,2}|[A-Za-z]{3,9})[/.-](?:\d{4}|\d{2})|(?:19|20)\d{6})\b"
)
_TOGETHER = re.compile(r"\s*(?:&|\+|\band\b)\s*", re.IGNORECASE)
_DIGITS = str.maketrans("OI", "01")
_LETTERS = str.maketrans("01", "OI")
LONDON = ZoneInfo("Europe/London")
SERIAL_0 = date(1899, 12, 30)
"""Day nought of a spreadsheet; its 1900 has a 29 February that never was."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _of_macro(path: str) -> frozenset[str]:
    """The alternatives of a macro that is one regular expression: one list for SQL and Python."""
    text = (_MACROS / path).read_text(encoding="utf-8")
    body = re.search(r"endmacro|%}\s*(.*?)\{%-? *endmacro", text, re.DOTALL)
    words = (body.group(1) or "").split("|")
    return frozenset(word.strip().upper().rstrip("?") for word in words)


@lru_cache(maxsize=1)
def titles() -> frozenset[str]:
    """The words before a person's name, in capitals."""
    return _of_macro("parse/name_titles.sql")


@lru_cache(maxsize=1)
def _beside() -> frozenset[str]:
    """Words of a name that are no part of it: titles, generations, `executors of`."""
    words = titles() | _of_macro("people/words_beside_names.sql")
    return words | {"EXECUTOR", "EXOR", "MBE", "OBE", "CBE"}


@lru_cache(maxsize=1)
def _null_words() -> frozenset[str]:
    text = (_MACROS / "parse/null_words.sql").read_text(encoding="utf-8")
    return frozenset(word.lower() for word in re.findall(r"'([^']*)'", text.partition("%}")[2]))


def said(cell: str | None) -> str:
    """What a cell says; nothing where it has one of the words that stand for nothing."""
    text = (cell or "").strip()
    return "" if text.lower() in _null_words() else text


def letters(text: str) -> str:
    """Capitals without accents; apostrophes gone, everything else that is no letter or digit a blank."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "").replace("'", ""))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter)).upper()
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare).split())


@lru_cache(maxsize=1 << 16)
def _words(text: str) -> tuple[str, ...]:
    return tuple(w for w in letters(text).split() if w not in _beside() and not w[0].isdigit())


def parted_name(forename: str, surname: str) -> tuple[str, str]:
    """First forename and last word of the surname: the form in which two names are compared."""
    first, last = _words(forename), _words(surname)
    if not first and len(last) > 1:
        return last[0], last[-1]  # the whole name in the surname's column
    return (first[0] if first else "", last[-1] if last else "")


def whole_name(text: str, *, surname_first: bool = False) -> tuple[str, str]:
    """The same form of a name in one cell: `Mr J Smith`, `SMITH, John`."""
    if "," in text:
        before, after = text.split(",", 1)
        last, first = _words(before), _words(after)
        if last and first:
            return first[0], last[-1]
    words = _words(text)
    if not words:
        return "", ""
    if len(words) == 1:
        return "", words[0]
    return (words[1], words[0]) if surname_first else (words[0], words[-1])


def nino_of(text: str) -> str:
    """A National Insurance number without its letter at the end; empty for what is none."""
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    return bare[:8] if re.fullmatch(r"[A-Z]{2}[0-9]{6}[A-D]?", bare) else ""


def nhs_of(text: str) -> str:
    """The ten digits of an NHS number, however a spreadsheet has written it; empty for what is none."""
    bare = re.sub(r"[\s'’-]", "", re.sub(r"\.0+$", "", text.strip()))
    return bare if re.fullmatch(r"[0-9]{10}", bare) else ""


@lru_cache(maxsize=1 << 16)
def birth_of(text: str, format: str = "") -> str:
    """A day in ISO, in each form that `macros/parse/parse_date.sql` reads; empty for what is none."""
    text = re.sub(r"\s+", " ", text).strip(" \"'")
    text = re.sub(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? ", "", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b(?: of\b)?", "", text, flags=re.IGNORECASE)
    if format == "epoch_ms" and re.fullmatch(r"-?\d{9,14}", text):
        return datetime.fromtimestamp(int(text) / 1000, LONDON).date().isoformat()
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}T\d{2}.*Z", text):
        # Midnight in a London summer is the evening before in UTC.
        try:
            return datetime.fromisoformat(text).astimezone(LONDON).date().isoformat()
        except (ValueError, OverflowError):
            return ""
    if re.fullmatch(r"\d{1,5}(?:\.\d+)?" if format == "excel_serial" else r"\d{5}(?:\.\d+)?", text):
        serial = int(float(text))
        return (SERIAL_0 + timedelta(days=serial + (serial < 60))).isoformat() if serial > 0 else ""
    return next((day.isoformat() for each in _days_in(text, format) if (day := _day(*each)) is not None), "")


def _days_in(text: str, format: str) -> Iterator[tuple[int, int, int]]:
    """(year, month, day) as a text may be read, the likelier first."""
    if found := re.match(
        r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)|(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?$", text
    ):
        year, month, day = map(int, filter(None, found.groups()))
        yield year, month, day
    elif found := re.match(r"(\d{1,4})[-/. ]*([A-Za-z]{3,9})[-/. ,]*(\d{1,4})(?!\d)", text):
        first, last, month = int(found[1]), int(found[3]), _month(found[2])
        yield (first, month, last) if len(found[1]) == 4 else (last, month, first)
    elif found := re.match(r"([A-Za-z]{3,9}) (\d{1,2}),? (\d{4})(?!\d)", text):
        yield int(found[3]), _month(found[1]), int(found[2])
    elif found := re.match(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?!\d)", text):
        first, second, third = map(int, found.groups())
        if format == "ymd":
            yield first, second, third
        two = [(third, second, first), (third, first, second)]
        yield from reversed(two) if format == "mdy" else two


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1 if name[:3].lower() in _MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    if year < 100:
        year += 1900 if year > date.today().year % 100 else 2000
    try:
        return date(year, month, day)
    except ValueError:
        return None


def postcode_of(text: str) -> str:
    """A postcode without its blank, as `parse_postcode.sql` reads it, else the last in a text."""
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    if 5 <= len(bare) <= 7:
        # A digit stands in front of the last two letters; the first is a letter, and a digit follows soon.
        out, digit, unit = bare[:-3], bare[-3].translate(_DIGITS), bare[-2:]
        for letters in (1, 2):
            area, district = out[:letters].translate(_LETTERS), out[letters:]
            for read in dict.fromkeys((district, district.translate(_DIGITS))):
                whole = f"{area}{read}{digit}{unit}"
                if re.fullmatch(r"[A-Z]{1,2}(?:[1-9][0-9A-HJKMNP-Y]?|0)[0-9][A-Z]{2}", whole):
                    return whole
    found = _POSTCODE.findall(re.sub(r"\s", " ", text.upper()))
    return "".join(found[-1]) if found else ""


def door_of(address: str) -> str:
    """The numbers of an address, which stay however it is written; its postcode aside."""
    text = _POSTCODE.sub(" ", address.upper())
    return " ".join(sorted(set(re.findall(r"\d+[A-Z]?\b", text))))


def name_of(forename: str, surname: str) -> str:
    return " ".join(sorted((forename, surname))).strip()


@dataclass
class Named:
    """A person whom a record names: once for each place in it where a name stands."""

    forename: str
    surname: str
    positions: tuple[int, ...]
    prefix: str = ""
    part: int | None = None  # which of the people of a cell that names several
    birth: str = ""
    nino: str = ""
    nhs: str = ""

    @property
    def name(self) -> str:
        """In the order of the alphabet: some records have the two in each other's column."""
        return name_of(self.forename, self.surname)

    @property
    def is_full(self) -> bool:
        return bool(self.forename and self.surname)


@dataclass
class Row:
    """What a record says: whom it names, the numbers in it that belong to nobody named, and where."""

    named: list[Named]
    references: list[tuple[str, str]] = field(default_factory=list)
    own_references: list[tuple[str, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    postcodes: list[str] = field(default_factory=list)
    ninos: list[str] = field(default_factory=list)
    nhs: list[str] = field(default_factory=list)


class Reader:
    """Reads the records of one extract."""

    def __init__(self, seeds: Seeds, provider: str, subject: str, header: Sequence[str]):
        self.provider, self.subject = provider, subject
        layout: Layout = seeds.layout(provider, subject)
        self.fields = [layout.feeds(at, name) for at, name in enumerate(header, 1)]
        self.classes = {
            row["field"]: row["classification"]
            for row in seeds.rows("layouts/subject_fields.csv")
            if row["subject"] == subject
        }
        self.formats = _formats(seeds, provider, subject, header)
        self.width = len(header)
        self.parted: dict[str, dict[str, int]] = {}
        self.whole: list[tuple[int, str, bool]] = []
        self.births: list[tuple[int, str]] = []
        self.ninos: list[tuple[int, str]] = []
        self.nhs: list[tuple[int, str]] = []
        self.references: list[tuple[int, str]] = []
        self.postcodes: dict[str, list[int]] = {}
        self.addresses: dict[str, list[int]] = {}
        self.uprns: list[int] = []
        for at, name in enumerate(self.fields):
            if name and name != IGNORED:
                self._place(at, name)

    def _place(self, at: int, name: str) -> None:
        personal = self.classes.get(name) == PERSONAL
        if personal and "surname_first" in name:
            self.whole.append((at, "", True))
        elif personal and (found := _PART(name)):
            part = found["part"]
            role = "title" if part == "title" else "middle" if part.startswith("middle") else None
            role = role or ("surname" if part in ("surname", "last_name", "family_name") else "forename")
            self.parted.setdefault(found["prefix"], {}).setdefault(role, at)
        elif personal and (found := _WHOLE(name)):
            self.whole.append((at, found["prefix"], False))
        elif found := _BIRTH(name):
            self.births.append((at, found["prefix"]))
        elif found := _NINO(name):
            self.ninos.append((at, found["prefix"]))
        elif found := _NHS(name):
            self.nhs.append((at, found["prefix"]))
        elif name == "uprn":
            self.uprns.append(at)
        elif found := _POSTCODE_FIELD(name):
            self.postcodes.setdefault(found["prefix"], []).append(at)
        elif found := _ADDRESS_FIELD(name):
            self.addresses.setdefault(found["prefix"], []).append(at)
        elif _REFERENCE(name):
            self.references.append((at, name))

    @property
    def reads_people(self) -> bool:
        """Whether any column of the extract says who somebody is, as far as the layout knows."""
        return bool(self.parted or self.whole or self.births or self.ninos or self.nhs)

    def read(self, cells: Sequence[str | None]) -> Row:
        """What a record of the header's width says."""
        row = self.who(cells)
        self._where(row, cells)
        return row

    def who(self, cells: Sequence[str | None]) -> Row:
        """The first half of it: whom it names, with their numbers and days of birth."""
        get = lambda at: said(cells[at]) if at < len(cells) else ""  # noqa: E731
        row = Row(list(self._named(get)))
        first = row.named[0] if row.named else None
        for found, whose, rest, parse in (
            (self.births, "birth", None, lambda at: birth_of(get(at), self.formats.get(at, ""))),
            (self.ninos, "nino", row.ninos, lambda at: nino_of(get(at))),
            (self.nhs, "nhs", row.nhs, lambda at: nhs_of(get(at))),
        ):
            for at, prefix in found:
                value = parse(at)
                if not value:
                    continue
                owners = [one for one in row.named if one.prefix == prefix and one.part in (None, 0)]
                for owner in owners or ([first] if first else []):
                    setattr(owner, whose, value)
                if rest is not None:
                    rest.append(value)
        return row

    def _where(self, row: Row, cells: Sequence[str | None]) -> None:
        """The other half: references and places."""
        get = lambda at: said(cells[at]) if at < len(cells) else ""  # noqa: E731
        written = {name: get(at) for at, name in self.references}
        for name in [name for name in written if name.endswith("_number_prefix")]:
            # A reference in three columns: `AA`, `70`, `1` is `AA-70/1` elsewhere; no suffix is `0`.
            stem = name.removesuffix("_number_prefix")
            suffix = written.get(f"{stem}_number_suffix", "")
            number = written.get(f"{stem}_number", "")
            if number and f"{stem}_reference" not in written:
                written[f"{stem}_reference"] = f"{written[name]}{number}{'' if suffix == '0' else suffix}"
        row.references = [
            (name, value)
            for name, text in written.items()
            if len(value := letters(text).replace(" ", "")) >= SHORTEST_REFERENCE
        ]
        row.own_references = [
            (name, value)
            for name, value in row.references
            if name.endswith("_reference") and self.classes.get(name) == PERSONAL
        ]
        row.places = [f"uprn {value.lstrip('0')}" for at in self.uprns if (value := get(at))]
        for prefix in self.postcodes.keys() | self.addresses.keys():
            address = " ".join(get(at) for at in self.addresses.get(prefix, []))
            written = " ".join(get(at) for at in self.postcodes.get(prefix, []))
            if postcode := postcode_of(written) or postcode_of(address):
                row.postcodes.append(postcode)
                row.places.append(f"{postcode} {door_of(address)}")

    def _named(self, get) -> Iterator[Named]:
        for prefix, roles in self.parted.items():
            forename = get(roles["forename"]) if "forename" in roles else ""
            surname = get(roles["surname"]) if "surname" in roles else ""
            first, last = parted_name(forename, surname)
            if first or last:
                yield Named(first, last, tuple(roles.values()), prefix)
        for at, prefix, surname_first in self.whole:
            parts = people_in(get(at))
            for part, text in enumerate(parts):
                first, last = whole_name(text, surname_first=surname_first)
                if first or last:
                    yield Named(first, last, (at,), prefix, part if len(parts) > 1 else None)

    def without(self, cells: Sequence[str | None], row: Row, gone: Sequence[Named]) -> list[str | None]:
        """The record without the people who are `gone`.

        Where it names nobody else, a cell stays only if its field is known and not personal; else what is
        theirs goes, and what is not known to be anybody's.
        """
        names = {one.name for one in gone}
        others = [one for one in row.named if one.name not in names]
        left = list(cells)
        if len(cells) != self.width:
            return [None] * len(cells)
        first_is_gone = bool(row.named) and row.named[0].name in names
        prefixes = {one.prefix for one in gone}
        spared = {at for one in others for at in one.positions}
        for at, name in enumerate(self.fields):
            known = name is not None and name != IGNORED
            personal = not known or self.classes.get(name, PERSONAL) == PERSONAL
            if not personal:
                if left[at] and any(_names(left[at], one) for one in gone):
                    left[at] = None
                continue
            if not others:
                left[at] = None
            elif at in spared:
                left[at] = _cell_without(left[at], {one.part for one in gone if at in one.positions})
            elif (
                not known
                or any(at in one.positions for one in gone)
                # An address that people share stays theirs who stay.
                or (
                    not (_ADDRESS_FIELD(name) or _POSTCODE_FIELD(name))
                    and (first_is_gone or self._prefix(name) in prefixes - {""})
                )
            ):
                left[at] = None
        return left

    @staticmethod
    def _prefix(name: str) -> str:
        for pattern in (_BIRTH, _NINO, _NHS, _PART):
            if found := pattern(name):
                return found["prefix"]
        return name.split("_")[0]


def _formats(seeds: Seeds, provider: str, subject: str, header: Sequence[str]) -> dict[int, str]:
    rows = [
        row
        for row in seeds.rows(f"layouts/layout_{subject}.csv")
        if row["provider_code"] in ("*", provider) and row["format"]
    ]
    rows.sort(key=lambda row: row["provider_code"] != "*")
    by_name = {normalise(row["source_column"]): row["format"] for row in rows}
    return {at: by_name[normalise(name)] for at, name in enumerate(header) if normalise(name) in by_name}


def people_in(text: str) -> list[str]:
    """The people of a cell: `Mr A Khan & Ms B Jones` are two; in `John & Mary Smith` both are Smith."""
    if not text:
        return []
    parts = [part for part in _TOGETHER.split(text) if part.strip()]
    if len(parts) > 1:
        last = parts[-1].split()
        parts = [
            f"{part} {last[-1]}" if len(_words(part)) == 1 and len(part.split()) == 1 else part
            for part in parts
        ]
    return parts


def _cell_without(cell: str | None, gone: Iterable[int | None]) -> str | None:
    parts = people_in((cell or "").strip())
    gone = set(gone)
    left = [part for at, part in enumerate(parts) if at not in gone and (_words(part) or not gone)]
    return " & ".join(left) or None if gone else cell


def _names(text: str, one: Named) -> bool:
    return (
        one.is_full and len(one.forename) > 1 and says_name(letters(text).split(), one.forename, one.surname)
    )


def says_name(words: Sequence[str], forename: str, surname: str) -> bool:
    """Whether forename and surname stand together, in either order, at most two words between them."""
    firsts = [at for at, word in enumerate(words) if word == forename]
    return any(surname in words[max(0, at - 3) : at + 4] for at in firsts)


def ninos_in(text: str) -> list[str]:
    return [nino_of(found) for found in _NINO_TEXT.findall(text.upper())]


def postcodes_in(text: str) -> list[str]:
    return ["".join(found) for found in _POSTCODE.findall(text.upper())]


def births_in(text: str) -> list[str]:
    return [birth for found in _DATE_TEXT.findall(text) if (birth := birth_of(found))]

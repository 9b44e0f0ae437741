"""What goes wrong: the kinds of dirt with their rates (`data/dirt.csv`), and what each does, as SQL.

A kind of the stage `value` befalls a column of a record, and so every cell that is printed from it; one of
the stage `text` befalls a single printed cell; `record` and `file` are done where records are put into
lines and lines into files. Each column of each record draws once: it gets one kind or, mostly, none.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ..errors import UsageError
from .sql import literal, name

DATA = Path(__file__).parent / "data"
STAGES = ("value", "text", "record", "file")
EXPECTED = ("right", "null_and_issue", "kept", "same_record", "rejected", "absent")
NULL_WORDS = ("NULL", "n/a", "#N/A", "?", "---", "N/A", "<null>")
_BIRTH = re.compile(r"birth|dob|born", re.IGNORECASE)

# Stage value: what becomes of the column. {x} is the clean value, {w} a number in [0, 1) of the draw's own,
# {next} the value
# of the next record, {birth_surname} and {nickname} what the truth and the list of nicknames say.
SWAPPED_LETTERS = (
    "{x}[1:2 + cast(floor({w} * (len({x}) - 3)) as integer)]"
    " || {x}[4 + cast(floor({w} * (len({x}) - 3)) as integer)]"
    " || {x}[3 + cast(floor({w} * (len({x}) - 3)) as integer)]"
    " || {x}[5 + cast(floor({w} * (len({x}) - 3)) as integer):]"
)
VALUE = {
    "value_missing": "null",
    "uprn_missing": "null",
    "postcode_missing": "null",
    "postcode_lower": "lower({x})",
    "postcode_no_blank": "replace({x}, ' ', '')",
    "postcode_two_blanks": "replace({x}, ' ', '  ')",
    # Only in the inward code: there a letter can't be meant.
    "postcode_letter_o": "case when {x}[-3] = '0' then {x}[:-4] || 'O' || {x}[-2:] else {x} end",
    "postcode_cut": "{x}[:-3]",
    "nickname": "coalesce({nickname}, {x})",
    "initial": "{x}[1]",
    "maiden_name": "coalesce({birth_surname}, {x})",
    "surname_misspelt": f"case when len({{x}}) > 4 then {SWAPPED_LETTERS} else {{x}} end",
    "surname_first": "regexp_replace({x}, '^(.*) (\\S+)$', '\\2, \\1')",
    "name_initials": (
        "regexp_replace({x}, '^((?:Mr|Mrs|Ms|Miss|Dr|Mx|Rev)\\.? )?(\\S)\\S* (.*)$', '\\1\\2 \\3')"
    ),
    "occupier_instead": "case when {w} < 0.5 then 'The Occupier' else 'The Executors of ' || {x} end",
    "birth_date_transposed": (
        "case when day({x}) <= 12 then make_date(year({x}), day({x}), month({x})) else {x} end"
    ),
    "birth_year_wrong": "cast({x} - interval 1 year as date)",
    "birth_date_placeholder": "date '1900-01-01'",
    "nino_missing": "null",
    "nino_shared": "coalesce({next}, {x})",
    "nhs_number_missing": "null",
    "nhs_number_shared": "coalesce({next}, {x})",
    "reference_reused": "coalesce({next}, {x})",
}
# Stage value, first name and surname at once: what becomes of either.
NAME_PAIR = {
    "names_swapped": ("{surname}", "{first_name}"),
    "name_in_surname": ("null", "concat_ws(' ', {title}, {first_name}, {surname})"),
}
# Stage value, x and y of a point at once.
COORDINATES = {
    "coordinates_swapped": ("{y}", "{x}"),
    "coordinates_missing": ("null", "null"),
    "coordinates_zero": ("0", "0"),
}
# Stage text: when it can happen, and what is printed. {x} is the text, {v} the value behind it, {w} as above.
_FILLED = "{x} <> ''"
_PLAIN_NUMBER = "regexp_full_match({x}, '-?[0-9]+')"
_CHOICE = "[{items}][1 + cast(floor({{w}} * {count}) as integer)]"


def _one_of(items: Iterable[str]) -> str:
    items = list(items)
    return _CHOICE.format(items=", ".join(map(literal, items)), count=len(items)).replace("{{w}}", "{w}")


def _mojibake() -> str:
    """UTF-8 that was read as windows-1252."""
    text = "replace(replace({x}, '''', '’'), '’', 'â€™')"
    for letter in "éèëïöüçáóñ":
        text = f"replace({text}, '{letter}', '{letter.encode().decode('windows-1252')}')"
    return text


_IMPOSSIBLE = ("31/02/2024", "32/13/2023", "2025-02-30", "99/99/9999")
_PLACEHOLDERS = ("1900-01-01", "01/01/1900", "31/12/9999", "9999-12-31")
TEXT = {
    "null_word": ("coalesce({x}, '') = ''", _one_of(NULL_WORDS)),
    "uprn_float": (_PLAIN_NUMBER, "{x} || '.0'"),
    "uprn_padded": (_PLAIN_NUMBER, "'00' || {x}"),
    "uprn_blanks": (_PLAIN_NUMBER, "{x}[1:4] || ' ' || {x}[5:8] || ' ' || {x}[9:]"),
    "uprn_mark": (_PLAIN_NUMBER, "'''' || {x}"),
    "uprn_exponent": (
        "regexp_full_match({x}, '[0-9]{{9,}}')",
        "{x}[1] || '.' || {x}[2:6] || 'E+' || (len({x}) - 1)",
    ),
    "text_padded": (_FILLED, "'  ' || {x} || ' '"),
    "text_line_break": ("contains({x}, ' ')", "regexp_replace({x}, ' ', chr(10))"),
    "text_control": ("contains({x}, ' ')", "regexp_replace({x}, ' ', chr({control}))"),
    "text_mojibake": (
        "regexp_matches({x}, '[''’éèëïöüçáóñ]')",
        _mojibake(),
    ),
    "text_redacted": (_FILLED, "'REDACTED UNDER DP ACT'"),
    "name_in_capitals": (_FILLED, "upper({x})"),
    "date_other_form": (
        "{v} is not null",
        "case when regexp_full_match({x}, '[0-9]{{4}}-.*')"
        " then case when {w} < 0.5 then strftime({v}, '%d/%m/%Y') else strftime({v}, '%d-%b-%Y') end"
        " else case when {w} < 0.5 then strftime({v}, '%Y-%m-%d') else strftime({v}, '%d %B %Y') end end",
    ),
    "date_impossible": ("{v} is not null", _one_of(_IMPOSSIBLE)),
    "date_placeholder": ("{v} is not null", _one_of(_PLACEHOLDERS)),
    "date_open_ended": ("coalesce({x}, '') = ''", _one_of(_PLACEHOLDERS[2:])),
    "money_long_float": ("regexp_full_match({x}, '-?[0-9]+[.][0-9][0-9]')", "{x} || '0000000001'"),
    "money_pound_mangled": (
        _FILLED,
        "case when contains({x}, '£') then replace({x}, '£', {pound}) else {pound} || {x} end",
    ),
    "money_commas": (
        "regexp_full_match({x}, '-?[0-9]{{4,}}[.][0-9][0-9]')",
        "format('{{:,.2f}}', cast({x} as double))",
    ),
    "money_brackets": ("{x} like '-%'", "'(' || {x}[2:] || ')'"),
    "money_minus_behind": ("{x} like '-%'", "{x}[2:] || '-'"),
    "money_credit": ("{x} like '-%'", "{x}[2:] || ' CR'"),
    "integer_float": (_PLAIN_NUMBER, "{x} || '.0'"),
    "integer_with_letter": (_PLAIN_NUMBER, "{x} || 'F'"),
    "code_case": (_FILLED, "case when {x} = upper({x}) then lower({x}) else upper({x}) end"),
    "code_padded": (_FILLED, "' ' || {x} || ' '"),
    "code_ampersand": ("contains({x}, ' and ')", "replace({x}, ' and ', ' & ')"),
    "code_misspelt": ("len({x}) >= 6", "{x}[1:2] || {x}[4:]"),
    "nino_blanks": (
        "len({x}) = 9",
        "{x}[1:2] || ' ' || {x}[3:4] || ' ' || {x}[5:6] || ' ' || {x}[7:8] || ' ' || {x}[9]",
    ),
    "nino_lower": (_FILLED, "lower({x})"),
    "nhs_number_blanks": ("len({x}) = 10", "{x}[1:3] || ' ' || {x}[4:6] || ' ' || {x}[7:]"),
    "nhs_number_float": ("len({x}) = 10", "{x} || '.0'"),
    "phone_blanks": ("len({x}) > 8", "{x}[1:5] || ' ' || {x}[6:8] || ' ' || {x}[9:]"),
    "phone_zero_lost": ("{x} like '0%'", "{x}[2:]"),
    "email_in_capitals": (_FILLED, "upper({x})"),
    "reference_zeros_lost": ("{x} like '0%'", "ltrim({x}, '0')"),
}
# Where text cells are no text (a spreadsheet, XML), these characters can't stand.
_ONLY_IN_UNICODE = ("text_mojibake",)


@dataclass(frozen=True)
class Kind:
    kind: str
    role: str
    rate: float
    stage: str
    expected: str
    defect_class: str = ""
    description: str = ""


@dataclass(frozen=True)
class Dirt:
    """The kinds of one run, with the rates that hold in it."""

    kinds: tuple[Kind, ...]

    def of(self, role: str, stage: str) -> list[Kind]:
        """The kinds that can befall a role, those with rate nought left out."""
        return [kind for kind in self.kinds if kind.role == role and kind.stage == stage and kind.rate > 0]

    def rate(self, kind: str) -> float:
        return next((each.rate for each in self.kinds if each.kind == kind), 0.0)

    @property
    def expected(self) -> dict[str, str]:
        """Kind → what the mart is expected to make of it, whatever role it befalls."""
        return {each.kind: each.expected for each in self.kinds}

    @property
    def is_clean(self) -> bool:
        return not any(kind.rate for kind in self.kinds)


def read_dirt(changes: Mapping[str, float] | None = None, *, none: bool = False) -> Dirt:
    """The kinds of `data/dirt.csv`; `none` sets all rates to nought, then `changes` sets some.

    Raises `UsageError` for a kind that does not exist or a rate that is none.
    """
    with (DATA / "dirt.csv").open(encoding="utf-8", newline="") as file:
        kinds = [
            Kind(
                row["kind"],
                row["role"],
                0.0 if none else float(row["rate"]),
                row["stage"],
                row["expected"],
                row["defect_class"],
                row["description"],
            )
            for row in csv.DictReader(file)
        ]
    names = sorted({kind.kind for kind in kinds})
    for changed, rate in (changes or {}).items():
        if changed not in names:
            near = difflib.get_close_matches(changed, names, n=4, cutoff=0.4) or names
            raise UsageError(
                f"There is no kind of dirt {changed!r}; known are, for example, {', '.join(near)}."
            )
        if not 0 <= rate <= 1:
            raise UsageError(f"The rate of {changed} is {rate:g}; it must be between 0 and 1.")
        kinds = [replace(kind, rate=rate) if kind.kind == changed else kind for kind in kinds]
    return Dirt(tuple(kinds))


def parse_change(text: str) -> tuple[str, float]:
    """`null_word=0.1` as kind and rate."""
    kind, equals, rate = text.partition("=")
    try:
        if not equals:
            raise ValueError
        return kind.strip(), float(rate)
    except ValueError:
        raise UsageError(f"{text!r} is not KIND=RATE, such as null_word=0.1.") from None


@cache
def nicknames() -> dict[str, str]:
    with (DATA / "nicknames.csv").open(encoding="utf-8", newline="") as file:
        return {row["first_name"]: row["nickname"] for row in csv.DictReader(file)}


def effective_role(field: str, role: str) -> list[str]:
    """The roles under which kinds are looked for: a date of birth is a date and more."""
    return ["birth_date", role] if role == "date" and _BIRTH.search(field) else [role]


@dataclass(frozen=True)
class Drawn:
    """One draw: the kinds in it, each with its share of [0, 1). More than one in all is cut to one."""

    column: str
    kinds: tuple[Kind, ...]

    def bounds(self) -> list[tuple[Kind, float, float]]:
        total = sum(kind.rate for kind in self.kinds)
        found, at = [], 0.0
        for kind in self.kinds:
            share = kind.rate / max(1.0, total)
            found.append((kind, at, at + share))
            at += share
        return found

    def kind_sql(self, u: str) -> str:
        """The kind that the number `u` in [0, 1) gives, null for none."""
        if not self.kinds:
            return "cast(null as varchar)"
        parts = [f"when {u} < {end!r} then {literal(kind.kind)}" for kind, _, end in self.bounds()]
        last = self.bounds()[-1][2]
        return f"case when {u} >= {last!r} then null {' '.join(parts)} end"

    def within_sql(self, kind: str, u: str) -> str:
        """Where in the kind's own share `u` lies, from 0 to 1: a second chance for nothing."""
        start, end = next((start, end) for each, start, end in self.bounds() if each.kind == kind)
        return f"(({u} - {start!r}) / {end - start!r})"


def drawn(column: str, kinds: Iterable[Kind]) -> Drawn:
    """A draw of each kind once, though several roles may name it."""
    return Drawn(column, tuple({kind.kind: kind for kind in kinds}.values()))


def value_sql(draw: Drawn, field: str, *, k: str, u: str, more: Mapping[str, str]) -> str:
    """The column `field` after its draw; `k` and `u` are the columns with the kind and the number drawn."""
    x = name(field)
    cases = [
        f"when {literal(kind.kind)} then "
        + VALUE[kind.kind].format(x=x, w=draw.within_sql(kind.kind, u), **more)
        for kind in draw.kinds
        if kind.kind in VALUE
    ]
    return f"case {k} {' '.join(cases)} else {x} end" if cases else x


def text_sql(draw: Drawn, x: str, v: str, *, k: str, u: str, pound: str, control: int) -> str:
    """The printed text after its draw; `x` is the text, `v` the value that it was printed from."""
    cases = []
    for kind in draw.kinds:
        condition, text = TEXT[kind.kind]
        words = {
            "x": x,
            "v": v,
            "w": draw.within_sql(kind.kind, u),
            "pound": literal(pound),
            "control": control,
        }
        then = text.format(**words)
        cases.append(
            f"when {literal(kind.kind)} then case when {condition.format(**words)} then {then} else {x} end"
        )
    return f"case {k} {' '.join(cases)} else {x} end" if cases else x


def text_kinds(dirt: Dirt, field: str, role: str, *, is_unicode: bool) -> list[Kind]:
    """The kinds for a printed cell. A file in one byte a letter can't hold what was misread as that."""
    return [
        kind
        for each in effective_role(field, role)
        for kind in dirt.of(each, "text")
        if is_unicode or kind.kind not in _ONLY_IN_UNICODE
    ]

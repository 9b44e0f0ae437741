"""What the values of a column look like, and which fields of a subject take such values.

Nothing is listed twice: how a field is read stands in its staging model, what its codes are in code lists.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from citymart.headers import DATE, NUMBER
from citymart.layouts import ANYONE, Seeds
from citymart.people.identity import titles

# Most values say what a column holds; a few of another look are mistakes.
MOST = 0.8

_YES_OR_NO = re.compile(r"yes|no|y|n|true|false|t|f", re.IGNORECASE)
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE)
_NINO = re.compile(r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]", re.IGNORECASE)
# 20240331: a number that is a day.
_DAY_NUMBER = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# Shorter ones exist, but so do numbers of accounts and streets.
_UPRN, _SHORT_UPRN = (re.compile(rf"[1-9]\d{{{digits}}}(?:\.0+)?") for digits in ("8,11", "6,11"))
_AMOUNT = re.compile(r"\(?-?[£$].*|.*\.\d{2}\)?-?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Look:
    """What most values are, in words, and the macro `parse_<reader>` that reads such, None where none does.
    It is telling where few columns of a file look so.
    """

    words: str
    reader: str | None
    is_telling: bool = False


def look_of(values: Sequence[str]) -> Look | None:
    """The look that most of the values have; None for plain text and plain numbers."""

    def most(is_one) -> bool:
        return bool(values) and sum(map(bool, map(is_one, values))) >= MOST * len(values)

    if most(lambda value: DATE.match(value) or _DAY_NUMBER.fullmatch(value)):
        return Look("dates", "date")
    if most(_POSTCODE.fullmatch):
        return Look("postcodes", "postcode", is_telling=True)
    if most(_NINO.fullmatch):
        return Look("National Insurance numbers", "nino", is_telling=True)
    if most(_YES_OR_NO.fullmatch):
        return Look("yes or no", "boolean")
    if most(lambda value: NUMBER.fullmatch(value) and _AMOUNT.fullmatch(value)):
        return Look("amounts of money", "money")
    # A property comes up once or a few times, the number of a team or a type on every other line.
    if most(_SHORT_UPRN.fullmatch) and len(set(values)) * 2 > len(values):
        is_long = most(_UPRN.fullmatch)
        return Look("UPRNs" if is_long else "numbers as UPRNs are", "uprn", is_telling=is_long)
    if most(_EMAIL.fullmatch):
        return Look("e-mail addresses", None)
    return None


def is_a_value(cell: str | None) -> bool:
    """Whether the cell can't well be a column's name: a day, an amount, a postcode, a property's number."""
    look = look_of([cell.strip()]) if cell else None
    if look is None or look.reader == "boolean":
        return False
    # `WD22NM`, the name of a ward in 2022, is a postcode but for its blank.
    return look.reader != "postcode" or " " in cell.strip()


def are_names(values: Sequence[str]) -> bool:
    """Whether many of the values are a title with a name behind it."""
    words = [value.upper().replace(".", "").split() for value in values]
    titled = [each for each in words if len(each) > 1 and each[0] in titles()]
    return len(titled) * 10 >= len(values) * 3 > 0


class FieldsByValue:
    """Which fields of a subject take values of a certain look, or certain codes."""

    def __init__(self, subject: str, provider: str | None, seeds: Seeds):
        project = seeds.folder.parent
        folder = project / "models" / "staging" / subject
        read = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("stg_*.sql")))
        self.by_reader: dict[str, list[str]] = {}
        for reader, field in re.findall(r"\bparse_(\w+)\('(?:\w+\.)?(\w+)'", read):
            self.by_reader.setdefault(reader, []).append(field)
        self.codes: dict[str, set[str]] = {}
        coded = (project / "macros" / "mapping" / "coded_fields.sql").read_text(encoding="utf-8")
        for of, field, code_list in re.findall(
            r"\{'subject': '(\w+)', 'field': '(\w+)', 'list': '(\w+)'\}", coded
        ):
            if of == subject:
                self.codes[field] = _codes(code_list, provider, seeds)

    def reading(self, look: Look, without: Collection[str]) -> list[str]:
        """The fields that are read as such values: one of the very name of the look rather than all."""
        fields = [field for field in self.by_reader.get(look.reader or "", []) if field not in without]
        return [look.reader] if look.reader in fields else list(dict.fromkeys(fields))

    def coded(self, values: Sequence[str], without: Collection[str]) -> list[str]:
        """The fields whose code lists know most of the values: those that know the most of them."""
        keys = [_code_key(value) for value in values]
        shares = {
            field: sum(key in codes for key in keys) / len(keys)
            for field, codes in self.codes.items()
            if keys and field not in without
        }
        best = max(shares.values(), default=0.0)
        return [field for field, share in shares.items() if share == best] if best >= MOST else []


def tells_a_list(values: Sequence[str]) -> bool:
    """Whether codes are words: `1` and `A` are in many a list, and are counts and letters besides."""
    return sum(len(value) > 2 and not NUMBER.fullmatch(value) for value in values) * 2 > len(values)


def _codes(code_list: str, provider: str | None, seeds: Seeds) -> set[str]:
    mapped = [
        row["as_sent"]
        for row in seeds.rows(f"code_maps/code_map_{code_list}.csv")
        if row["provider_code"] in (ANYONE, provider)
    ]
    listed = [row[name] for row in seeds.rows(f"codes/{code_list}.csv") for name in ("code", "label")]
    return {_code_key(value) for value in [*mapped, *listed]} - {""}


def _code_key(value: str) -> str:
    """Much as the macro `code_key` has it."""
    return " ".join(re.findall(r"[^\W_]+", value.replace("&", " and ").lower()))

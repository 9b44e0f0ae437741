"""The faults that staging sees: what stands in a cell, and the issue that has to be raised for it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clean_files import Clean

FIELDS = Path(__file__).with_name("fields.csv")
"""subject, kind, field: where a fault of a kind can be done; what has no row here, can't."""


@dataclass(frozen=True)
class Fault:
    """A value that is wrong in a field of a kind."""

    name: str
    kind: str
    value: str
    issue_type: str


FAULTS = (
    Fault("a_word_for_a_date", "date", "soon", "date_unreadable"),
    Fault("a_day_that_never_was", "date", "2026-02-31", "date_unreadable"),
    Fault("a_month_for_a_date", "date", "Q3", "date_unreadable"),
    Fault("a_date_that_stands_for_none", "date", "1900-01-01", "date_placeholder"),
    Fault("a_date_to_come", "past", "2031-01-05", "date_after_delivery"),
    Fault("an_end_before_the_beginning", "order", "1901-02-03", "dates_out_of_order"),
    Fault("a_word_for_an_amount", "amount", "unknown sum", "amount_unreadable"),
    Fault("an_amount_with_a_decimal_comma", "amount", "1.234,5", "amount_unreadable"),
    Fault("an_amount_in_brackets", "amount", "(12.00)", "amount_mended"),
    Fault("a_word_for_a_number", "number", "zzz", "number_unreadable"),
    Fault("neither_yes_nor_no", "flag", "perhaps", "flag_unreadable"),
    Fault("a_uprn_with_letters", "uprn", "UPRN12X", "uprn_unreadable"),
    Fault("a_uprn_as_a_spreadsheet_spoils_it", "uprn", "1.00023E+11", "uprn_unreadable"),
    Fault("no_postcode", "postcode", "LONDON", "postcode_unreadable"),
    Fault("a_code_that_nobody_knows", "code", "Zzz code", "code_unknown"),
    Fault("nothing_where_something_must_stand", "blank", "", "value_missing"),
    Fault("a_word_for_nothing_where_something_must_stand", "blank", "n/a", "value_missing"),
    Fault("no_code_where_one_must_stand", "blank_code", "", "value_missing"),
    Fault("an_nhs_number_that_is_none", "nhs_number", "12AB", "nhs_number_unreadable"),
    Fault("a_nino_that_is_none", "nino", "12AB", "nino_unreadable"),
    Fault("a_telephone_number_that_is_none", "phone", "ring the office", "phone_unreadable"),
    Fault("an_e_mail_address_that_is_none", "email", "at home", "email_unreadable"),
)
# Done to a whole record or a whole file.
OTHERS = {
    "a_record_twice": ("doubled", "record_doubled"),
    "a_record_twice_and_both_count": ("repeated", "record_repeated"),
    "a_total_that_is_wrong": ("total", "control_total_differs"),
    "a_record_cut_off": (None, "record_rejected"),
    "a_column_that_nobody_knows": (None, "column_unknown"),
    "a_column_twice": (None, "column_ambiguous"),
}


def fields(subject: str) -> dict[str, str]:
    """Kind → field of a subject."""
    with FIELDS.open(encoding="utf-8", newline="") as file:
        return {row["kind"]: row["field"] for row in csv.DictReader(file) if row["subject"] == subject}


@dataclass(frozen=True)
class Planted:
    """An issue that has to be there, and the fault that it comes of."""

    fault: str
    line: int | None
    field: str
    issue_type: str


def broken(clean: Clean) -> tuple[str, list[Planted]]:
    """A file with a fault of each kind, a record each, and the rest as it should be."""
    where = fields(clean.subject)
    rows = [list(row) for row in clean.rows]
    wanted = [fault for fault in FAULTS if fault.kind in where]
    spare = 4  # at the end: two that are right, one cut off, one twice
    while len(rows) < len(wanted) + spare + 1:
        rows += [list(row) for row in clean.rows]
        _tell_apart(clean, rows)
    planted = []
    for at, fault in enumerate(wanted, 1):
        field = where[fault.kind]
        rows[at][clean.column(field)] = fault.value
        planted.append(Planted(fault.name, at + 2, field, fault.issue_type))
    header = [*clean.header, "Zzz Column", clean.header[0]]
    text = clean.of(header, [[*row, "z", row[0]] for row in rows]).text()
    planted.append(Planted("a_column_that_nobody_knows", None, "Zzz Column", "column_unknown"))
    first = clean.layout.feeds(1, clean.header[0])
    planted.append(Planted("a_column_twice", None, first, "column_ambiguous"))
    lines = text.splitlines()
    if "doubled" in where:
        # The later of the two counts.
        lines.append(lines[1])
        planted.append(Planted("a_record_twice", 2, where["doubled"], "record_doubled"))
    if "repeated" in where:
        lines.append(lines[1])
        planted.append(
            Planted("a_record_twice_and_both_count", len(lines), where["repeated"], "record_repeated")
        )
    lines.append(lines[1].split(",")[0])
    planted.append(Planted("a_record_cut_off", len(lines), "too_few_cells", "record_rejected"))
    if "total" in where:
        at = clean.column(where["total"])
        lines.append("Grand total" + "," * at + "1.00" + "," * (len(clean.header) + 1 - at))
        planted.append(Planted("a_total_that_is_wrong", len(lines), where["total"], "control_total_differs"))
    return "\n".join(lines) + "\n", planted


def _tell_apart(clean: Clean, rows: list[list[str]]) -> None:
    """Records that were needed more often than there are: their reference is another each time."""
    at = clean.column(fields(clean.subject).get("doubled", "")) or 0
    for number, row in enumerate(rows[len(clean.rows) :]):
        row[at] = f"{row[at]}{number}"


def applicable(subjects: list[str]) -> Iterator[tuple[str, str]]:
    """(fault, subject) of every pair that `broken` makes."""
    for subject in subjects:
        where = fields(subject)
        yield from ((fault.name, subject) for fault in FAULTS if fault.kind in where)
        yield from ((name, subject) for name, (kind, _) in OTHERS.items() if kind is None or kind in where)

"""The faults that the loader sees: each done to a clean file, with what has to come of it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
from clean_files import AS_OF, Clean

WORD = "Café £5"
LONGEST = 1 << 20  # what a line may have here, in bytes
PADDED = 12_000  # characters of something that is no table


@dataclass(frozen=True)
class Expected:
    """What has to come of a broken file.

    `same`: the records of this file have to land, whatever the form. `refused`: words of the reason.
    `rejected`: line → reason of the records that must not land. `hint`: what the person is told. `note`:
    words of the receipt's notes. `skipped`: records that say nothing of their own. `first_line`: the line of
    the first record, where it is not the second.
    """

    same: Clean | None = None
    refused: str | None = None
    rejected: tuple[tuple[int, str], ...] = ()
    hint: str | None = None
    note: str | None = None
    skipped: int = 0
    totals: int = 0
    encoding: str | None = None
    first_line: int | None = None


@dataclass(frozen=True)
class Broken:
    content: bytes
    expected: Expected
    name: str = f"{AS_OF}.csv"


Fault = Callable[[Clean], Broken | None]
FAULTS: dict[str, Fault] = {}


def fault(make: Fault) -> Fault:
    """A fault of the catalogue. It gives None for a file to which it can't be done."""
    FAULTS[make.__name__] = make
    return make


# -- Encoding ---------------------------------------------------------------------------------------


def _words(clean: Clean) -> Clean:
    """With letters that are not ASCII, in a column that nothing is compared by."""
    return clean.with_cell(3, _text_column(clean), WORD)


def _text_column(clean: Clean) -> int:
    """The column with the longest text."""
    return max(range(len(clean.header)), key=lambda at: sum(len(row[at]) for row in clean.rows))


def _encoded(name: str, encoding: str, mark: str = "", said: str | None = None) -> None:
    def make(clean: Clean) -> Broken:
        clean = _words(clean)
        return Broken((mark + clean.text()).encode(encoding), Expected(clean, encoding=said or encoding))

    make.__name__ = name
    fault(make)


_encoded("utf_8_with_mark", "utf-8", "\ufeff")
_encoded("utf_8_with_two_marks", "utf-8", "\ufeff\ufeff")
_encoded("utf_16_le_with_mark", "utf-16-le", "\ufeff")
_encoded("utf_16_be_with_mark", "utf-16-be", "\ufeff")
_encoded("utf_16_le_without_mark", "utf-16-le")
_encoded("utf_32_with_mark", "utf-32-le", "\ufeff")
_encoded("windows_1252", "cp1252", said="windows-1252")


@fault
def lines_in_two_encodings(clean: Clean) -> Broken:
    clean = _words(clean).with_cell(5, _text_column(clean), WORD)
    lines = clean.text().splitlines(keepends=True)
    mixed = b"".join(line.encode("cp1252" if at == 6 else "utf-8") for at, line in enumerate(lines))
    return Broken(mixed, Expected(clean, note="line 7"))


@fault
def zero_byte_in_a_record(clean: Clean) -> Broken:
    lines = clean.lines
    at = lines[4].index(",") - 1
    lines[4] = lines[4][:at] + "\0" + lines[4][at:]
    content = "\n".join(lines) + "\n"
    left = clean.of(rows=clean.rows[:3] + clean.rows[4:])
    return Broken(content.encode(), Expected(left, rejected=((5, "nul_byte"),)))


@fault
def utf_16_cut_in_a_letter(clean: Clean) -> Broken:
    return Broken(("\ufeff" + clean.text()).encode("utf-16-le")[:-1], Expected(refused="utf-16-le"))


# -- Delimiter and line ends -------------------------------------------------------------------------


def _delimited(name: str, **form) -> None:
    def make(clean: Clean) -> Broken:
        return Broken(clean.text(**form).encode(), Expected(clean))

    make.__name__ = name
    fault(make)


_delimited("semicolons", delimiter=";")
_delimited("tabs", delimiter="\t")
_delimited("pipes", delimiter="|")
_delimited("carriage_return_and_line_feed", line_end="\r\n")
_delimited("carriage_returns_alone", line_end="\r")
_delimited("everything_in_quotes", quoting=csv.QUOTE_ALL)


@fault
def no_line_end_at_the_end(clean: Clean) -> Broken:
    return Broken(clean.text().rstrip("\n").encode(), Expected(clean))


@fault
def a_delimiter_too_many_on_every_line(clean: Clean) -> Broken:
    text = "".join(f"{line},\n" for line in clean.lines)
    return Broken(text.encode(), Expected(clean.of([*clean.header, ""], [[*row, ""] for row in clean.rows])))


@fault
def a_line_that_names_the_delimiter(clean: Clean) -> Broken:
    text = "sep=;\n" + clean.text(";")
    return Broken(text.encode(), Expected(clean, first_line=3))


@fault
def a_line_break_in_a_cell(clean: Clean) -> Broken:
    clean = clean.with_cell(2, _text_column(clean), "two\nlines")
    return Broken(clean.text().encode(), Expected(clean))


# -- Header -----------------------------------------------------------------------------------------


@fault
def columns_in_another_order(clean: Clean) -> Broken:
    order = [*range(1, len(clean.header)), 0]
    moved = clean.of([clean.header[at] for at in order], [[row[at] for at in order] for row in clean.rows])
    return Broken(moved.text().encode(), Expected(moved))


@fault
def a_required_column_renamed(clean: Clean) -> Broken | None:
    name, at = _dispensable(clean)
    if name is None:
        return None
    renamed = clean.of([*clean.header[:at], "Zzz Column", *clean.header[at + 1 :]])
    return Broken(renamed.text().encode(), Expected(renamed, hint="No layout knows 'Zzz Column'"))


@fault
def a_required_column_missing(clean: Clean) -> Broken | None:
    name, at = _dispensable(clean)
    if name is None:
        return None
    cut = _without(clean, at)
    return Broken(cut.text().encode(), Expected(cut, hint=f"No column feeds {name}: required"))


def _without(clean: Clean, at: int) -> Clean:
    return clean.of(
        clean.header[:at] + clean.header[at + 1 :], [row[:at] + row[at + 1 :] for row in clean.rows]
    )


def _dispensable(clean: Clean) -> tuple[str | None, int]:
    """A required field without whose column the file is still the same table, and a table at all."""
    for name, at in reversed(clean.required.items()):
        if len(clean.required) > 1 and clean.layout.missing(_without(clean, at).header) == [name]:
            return name, at
    return None, 0


@fault
def every_required_column_missing(clean: Clean) -> Broken | None:
    if len(clean.required) < len(clean.layout.required):
        return None  # of several tables: what is left may be another of them
    cut = clean
    for name in clean.layout.required:
        while (at := cut.column(name)) is not None:
            cut = _without(cut, at)
    return Broken(cut.text().encode(), Expected(refused="looks like the header")) if cut.header else None


@fault
def a_column_twice(clean: Clean) -> Broken:
    doubled = clean.of([*clean.header, clean.header[0]], [[*row, row[0]] for row in clean.rows])
    return Broken(doubled.text().encode(), Expected(doubled))


@fault
def a_column_that_nobody_knows(clean: Clean) -> Broken:
    more = clean.of([*clean.header, "Zzz Column"], [[*row, "z"] for row in clean.rows])
    return Broken(more.text().encode(), Expected(more, hint="No layout knows 'Zzz Column'"))


@fault
def names_in_capitals_with_blanks(clean: Clean) -> Broken:
    shouted = clean.of([f" {name.upper()}  " for name in clean.header])
    return Broken(shouted.text().encode(), Expected(shouted))


@fault
def names_with_line_breaks(clean: Clean) -> Broken:
    broken = clean.of([f"{name}\n" for name in clean.header])
    return Broken(broken.text().encode(), Expected(broken, first_line=2 + len(clean.header)))


@fault
def titles_above_the_header(clean: Clean) -> Broken:
    text = f"Monthly report\nPrinted 2 October 2026\n\n{clean.text()}"
    return Broken(text.encode(), Expected(clean, note="Passed over lines 1 to 3", first_line=5))


@fault
def the_header_again_half_way(clean: Clean) -> Broken:
    lines = clean.lines
    text = "\n".join([*lines[:12], lines[0], *lines[12:]]) + "\n"
    return Broken(text.encode(), Expected(clean, skipped=1, note="repeat the header (line 13)"))


@fault
def columns_numbered_below_the_header(clean: Clean) -> Broken:
    lines = clean.lines
    numbers = ",".join(str(at) for at in range(1, len(clean.header) + 1))
    text = "\n".join([lines[0], numbers, *lines[1:]]) + "\n"
    return Broken(text.encode(), Expected(clean, skipped=1, note="number the columns (line 2)", first_line=3))


@fault
def no_header(clean: Clean) -> Broken | None:
    if clean.layout.settings.get("header"):
        return None  # such files may come without
    text = "\n".join(clean.lines[1:]) + "\n"
    return Broken(text.encode(), Expected(refused="looks like the header"))


@fault
def the_header_alone(clean: Clean) -> Broken:
    return Broken((clean.lines[0] + "\n").encode(), Expected(refused="a header and no records"))


# -- Rows -------------------------------------------------------------------------------------------


@fault
def the_last_record_cut_off(clean: Clean) -> Broken:
    text = clean.text().rstrip("\n")
    last = text.rindex("\n") + 1
    first_comma = text.index(",", last)
    content = text[: first_comma + 1]
    width_left = content[last:].count(",") + 1
    reason = "too_few_cells" if width_left < len(clean.header) else "unreadable"
    return Broken(
        content.encode(), Expected(clean.of(rows=clean.rows[:-1]), rejected=((len(clean.rows) + 1, reason),))
    )


def _ragged(clean: Clean, change: Callable[[list[str]], list[str]], reason: str) -> Broken:
    rows = [list(row) for row in clean.rows]
    rows[4] = change(rows[4])
    left = clean.of(rows=clean.rows[:4] + clean.rows[5:])
    return Broken(clean.of(rows=rows).text().encode(), Expected(left, rejected=((6, reason),)))


@fault
def a_record_with_a_cell_too_few(clean: Clean) -> Broken:
    return _ragged(clean, lambda row: row[:-1], "too_few_cells")


@fault
def a_record_with_a_cell_too_many(clean: Clean) -> Broken:
    return _ragged(clean, lambda row: [*row, "more"], "too_many_cells")


@fault
def most_records_ragged(clean: Clean) -> Broken:
    rows = [row if at % 4 == 0 else [*row, *["more"] * (1 + at % 3)] for at, row in enumerate(clean.rows)]
    return Broken(clean.of(rows=rows).text().encode(), Expected(refused="not a table"))


@fault
def a_quote_that_is_never_closed(clean: Clean) -> Broken:
    lines = clean.lines
    lines[7] = '"' + lines[7]
    left = clean.of(rows=clean.rows[:6] + clean.rows[7:])
    content = "\n".join(lines) + "\n"
    return Broken(content.encode(), Expected(left, rejected=((8, "unclosed_quote"),)))


@fault
def blank_lines_between_records(clean: Clean) -> Broken:
    lines = clean.lines
    text = "\n".join([*lines[:9], "", "  ", *lines[9:]]) + "\n\n\n"
    return Broken(text.encode(), Expected(clean))


@fault
def records_of_nothing_but_delimiters(clean: Clean) -> Broken:
    lines = clean.lines
    empty = "," * (len(clean.header) - 1)
    text = "\n".join([*lines[:9], empty, *lines[9:], empty, empty]) + "\n"
    return Broken(text.encode(), Expected(clean, skipped=3))


@fault
def a_footer(clean: Clean) -> Broken:
    text = clean.text() + "Report generated on 2 October 2026\n"
    text = text if len(clean.header) == 1 else text.rstrip("\n") + "," * (len(clean.header) - 1) + "\n"
    return Broken(text.encode(), Expected(clean, skipped=1, note="1 footer from line"))


@fault
def a_total_below(clean: Clean) -> Broken | None:
    last = len(clean.header) - 1
    if last < 3:
        return None  # a label and a number would be half of the record
    text = clean.text() + "Grand total" + "," * last + "1234.50\n"
    return Broken(text.encode(), Expected(clean, totals=1))


@fault
def required_columns_blank_nearly_everywhere(clean: Clean) -> Broken | None:
    if len(clean.required) < 2:
        return None
    rows = [list(row) for row in clean.rows]
    for row in rows[2:]:
        for at in clean.required.values():
            row[at] = ""
    if not all(any(row) for row in rows):
        return None  # no other column is left to tell them from blank records
    return Broken(clean.of(rows=rows).text().encode(), Expected(refused="are blank in most of its records"))


@fault
def a_line_that_never_ends(clean: Clean) -> Broken:
    lines = clean.lines
    content = "\n".join([*lines[:5], "x" * (LONGEST + 1), *lines[5:]]) + "\n"
    return Broken(content.encode(), Expected(clean, rejected=((6, "line_too_long"),)))


# -- Files ------------------------------------------------------------------------------------------


def _nothing_of_it(name: str, content: bytes, words: str, file: str = f"{AS_OF}.csv") -> None:
    def make(_clean: Clean) -> Broken:
        return Broken(content, Expected(refused=words), file)

    make.__name__ = name
    fault(make)


_nothing_of_it("an_empty_file", b"", "empty")
_nothing_of_it("blank_lines_alone", b"\n \n\r\n\n", "nothing but white space")
_nothing_of_it("a_web_page", b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page")
_nothing_of_it("a_pdf", b"%PDF-1.7\n" + b"0 obj " * PADDED, "PDF")
_nothing_of_it("a_picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "")
_nothing_of_it("an_error_in_json", b'{"error": {"code": 500, "message": "try later"}}', "")
_nothing_of_it("an_error_in_words", b"Error 500: try again later\n", "")
_nothing_of_it("an_error_in_xml", b"<?xml version='1.0'?><error><code>500</code></error>", "")


@fault
def a_web_page_with_a_table(clean: Clean) -> Broken:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in clean.rows)
    return Broken(f"<html><body><table>{rows}</table></body></html>".encode(), Expected(refused="web page"))


@fault
def packed_with_gzip(clean: Clean) -> Broken:
    return Broken(gzip.compress(clean.text().encode()), Expected(clean), f"{AS_OF}.csv.gz")


@fault
def packed_and_cut_off(clean: Clean) -> Broken:
    packed = gzip.compress(clean.text().encode() * 50)
    return Broken(packed[: len(packed) // 2], Expected(refused="cut off"), f"{AS_OF}.csv.gz")


@fault
def packed_with_zip(clean: Clean) -> Broken:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", "See the other file.\n")
        archive.writestr("data.csv", clean.text(";", "\r\n"))
    return Broken(buffer.getvalue(), Expected(clean), f"{AS_OF}.zip")


@fault
def an_archive_of_nothing(_clean: Clean) -> Broken:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w"):
        pass
    return Broken(buffer.getvalue(), Expected(refused=""), f"{AS_OF}.zip")


@fault
def a_workbook_called_csv(clean: Clean) -> Broken:
    book = openpyxl.Workbook()
    for row in [clean.header, *clean.rows]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return Broken(buffer.getvalue(), Expected(clean))


@fault
def records_in_json(clean: Clean) -> Broken:
    records = [dict(zip(clean.header, row, strict=True)) for row in clean.rows]
    return Broken(json.dumps(records).encode(), Expected(clean), f"{AS_OF}.json")


@fault
def json_cut_off(clean: Clean) -> Broken:
    records = [dict(zip(clean.header, row, strict=True)) for row in clean.rows]
    text = json.dumps(records)
    return Broken(text[: len(text) * 2 // 3].encode(), Expected(refused=""), f"{AS_OF}.json")


@fault
def another_subject_altogether(_clean: Clean) -> Broken:
    text = "Planet,Moons,Rings\n" + "".join(f"Planet {at},{at},no\n" for at in range(9))
    return Broken(text.encode(), Expected(refused="looks like the header"))

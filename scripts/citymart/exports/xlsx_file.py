"""Excel workbooks (Office Open XML): a sheet about the product, a sheet with its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from ..hashing import quoted
from .csv_file import BATCH
from .market import Column, Product
from .shapes import Shape
from .types import is_list, is_record

ROWS = 1_048_576
"""Of a sheet, with its header (Excel's specifications and limits)."""
LETTERS = 32_767
"""Of a cell."""
EXACT = 2**53
"""A cell is a double: whole numbers beyond are text."""
ABOUT = "About"


def why_not(con: duckdb.DuckDBPyConnection, product: Product, shapes: Sequence[Shape]) -> str | None:
    """Why a product does not fit into a sheet, or None where it does: nothing is cut off without a word."""
    if product.rows > ROWS - 1:
        return f"{product.rows:,} rows are more than a sheet of Excel holds ({ROWS - 1:,})"
    shown = _shown(product, shapes)
    texts = [quoted(column.name) for column in shown if column.kind == "VARCHAR"]
    if texts:
        longest = ", ".join(f"max(length({name}))" for name in texts)
        lengths = con.execute(f"select {longest} from {product.sql}").fetchone()
        if max((each or 0 for each in lengths), default=0) > LETTERS:
            return f"it has a text of more than {LETTERS:,} letters, which is more than a cell of Excel holds"
    return None


def write_xlsx(
    con: duckdb.DuckDBPyConnection,
    product: Product,
    shapes: Sequence[Shape],
    path: Path,
    release_id: str,
    created: datetime,
) -> None:
    """Write the workbook. Text is a text cell, whatever it begins with: nothing is a formula or a link."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        # The date of creation is that of the release: the same release, the same bytes.
        book.set_properties(
            {
                "title": product.title,
                "comments": product.description,
                "author": product.publisher,
                "created": created.astimezone(UTC).replace(tzinfo=None),
            }
        )
        formats = {
            "bold": book.add_format({"bold": True}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        _about(book.add_worksheet(ABOUT), product, shapes, release_id, formats)
        _data(con, book.add_worksheet(product.name[:31]), product, shapes, formats)


def _about(
    sheet: Any, product: Product, shapes: Sequence[Shape], release_id: str, formats: dict[Any, Any]
) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 4, 20)
    lines = [
        ("Title", product.title),
        ("Description", product.description),
        ("Licence", product.licence_title),
        ("Licence URL", product.licence_url),
        ("Attribution", product.attribution),
        ("Publisher", product.publisher),
        ("Contact", product.contact),
        ("Version", product.version),
        ("Release", release_id),
        ("Table", product.label),
        ("Rows", str(product.rows)),
        ("Updated", product.update_rhythm),
        ("Data from", product.data_from and product.data_from.isoformat()),
        ("Data to", product.data_to and product.data_to.isoformat()),
        ("Not to be taken for", product.limits),
        ("Times", "UTC"),
    ]
    at = 0
    for name, text in lines:
        if text:
            sheet.write_string(at, 0, name, formats["bold"])
            sheet.write_string(at, 1, text, formats["wrap"])
            at += 1
    hidden = {shape.column for shape in shapes}
    at += 1
    for column, header in enumerate(("Column", "Meaning", "Type", "Unit", "Code list")):
        sheet.write_string(at, column, header, formats["bold"])
    for column in product.columns:
        at += 1
        absent = " (A shape: in the other formats, not in this sheet.)" if column.name in hidden else ""
        sheet.write_string(at, 0, column.name)
        sheet.write_string(at, 1, column.description + absent, formats["wrap"])
        sheet.write_string(at, 2, column.kind)
        sheet.write_string(at, 3, column.unit or "")
        sheet.write_string(at, 4, column.code_list or "")


def _data(
    con: duckdb.DuckDBPyConnection,
    sheet: Any,
    product: Product,
    shapes: Sequence[Shape],
    formats: dict[Any, Any],
) -> None:
    columns = _shown(product, shapes)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, product.rows, len(columns) - 1)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, min(40, max(12, len(column.name) + 2)))
        sheet.write_string(0, number, column.name, formats["bold"])
    found = con.execute(f"select {', '.join(map(_sql, columns))} from {product.sql}")
    at = 0
    while batch := found.fetchmany(BATCH):
        for row in batch:
            at += 1
            for number, value in enumerate(row):
                if value is not None:
                    _writer(sheet, value)(at, number, value, formats.get(type(value)))


def _shown(product: Product, shapes: Sequence[Shape]) -> list[Column]:
    hidden = {shape.column for shape in shapes}
    return [column for column in product.columns if column.name not in hidden]


def _sql(column: Column) -> str:
    name = quoted(column.name)
    if column.kind.endswith("TIME ZONE"):
        return f"({name} at time zone 'UTC')"
    if is_list(column.kind) or is_record(column.kind):
        return f"to_json({name})::varchar"
    return name


def _writer(sheet: Any, value: Any) -> Callable[..., int]:
    if isinstance(value, bool):
        return sheet.write_boolean
    if isinstance(value, (date, datetime)):
        # The calendar of Excel begins in 1900.
        return sheet.write_datetime if value.year >= 1900 else _as_text(sheet)
    if isinstance(value, (str, bytes)):
        return _as_text(sheet) if isinstance(value, bytes) else sheet.write_string
    return sheet.write_number if abs(value) <= EXACT or value != value else _as_text(sheet)


def _as_text(sheet: Any) -> Callable[..., int]:
    return lambda row, column, value, cell: sheet.write_string(row, column, str(value), cell)

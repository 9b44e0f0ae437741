"""CSV on the Web: a metadata file a CSV (https://www.w3.org/TR/tabular-metadata/), found by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..market import Column, Market
from ..types import kind_of
from .texts import without_empty, write_json


def write(market: Market, folder: Path) -> list[Path]:
    written = []
    for product in market.products:
        file = market.file_of(product, "csv")
        if file is None:
            continue
        said = {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": file.name,
            "dc:title": product.title,
            "dc:description": product.description,
            "dc:license": {"@id": product.licence_url} if product.licence_url else product.licence_title,
            "dc:rights": product.attribution,
            "dc:publisher": product.publisher,
            "dc:extent": f"{product.rows} rows",
            "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "lineTerminators": ["\r\n"]},
            "tableSchema": without_empty(
                {"columns": [_column(column) for column in product.columns], "primaryKey": product.key}
            ),
        }
        written.append(write_json(folder / f"{file.name}-metadata.json", without_empty(said)))
    return written


def _column(column: Column) -> dict[str, Any]:
    return without_empty(
        {
            "name": column.name,
            "titles": column.name,
            "dc:description": column.description,
            "datatype": kind_of(column.kind).csvw,
            "required": True if column.is_key else None,
        }
    )

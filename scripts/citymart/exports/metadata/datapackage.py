"""Data Package v2 (https://datapackage.org/standard/data-package/), with Table Schema for the CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..market import Column, File, Market, Product
from ..types import kind_of
from .texts import without_empty, write_json

NAME = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def write(market: Market, folder: Path) -> list[Path]:
    package = {
        "$schema": PROFILE,
        "name": "city-data-market",
        "title": "City data market",
        "version": market.release_id,
        "created": market.created_at,
        "contributors": [
            {"title": publisher, "email": contact, "roles": ["publisher"]}
            for publisher, contact in sorted({(each.publisher, each.contact) for each in market.products})
        ],
        "licenses": _licences(market),
        "resources": [
            _resource(product, file) for product in market.products for file in market.files_of(product)
        ],
    }
    return [write_json(folder / NAME, without_empty(package))]


def _licences(market: Market) -> list[dict[str, str]]:
    found = {each.licence: _licence(each) for each in market.products}
    return [found[name] for name in sorted(found)]


def _licence(product: Product) -> dict[str, str]:
    return without_empty(
        {"name": product.licence, "title": product.licence_title, "path": product.licence_url}
    )


def _resource(product: Product, file: File) -> dict[str, Any]:
    said = {
        "name": file.name.replace(".", "-").replace("_", "-").lower(),
        "path": file.name,
        "title": product.title,
        "description": product.description,
        "format": file.format,
        "mediatype": file.media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "licenses": [_licence(product)],
        "attribution": product.attribution,
        "version": product.version,
    }
    if file.format == "csv":
        said |= {
            "type": "table",
            "profile": "tabular-data-resource",
            "encoding": "utf-8",
            "rows": product.rows,
            "schema": without_empty(
                {
                    "fields": [_field(column) for column in product.columns],
                    "fieldsMatch": "exact",
                    "primaryKey": [product.key] if product.key else None,
                }
            ),
        }
    return without_empty(said)


def _field(column: Column) -> dict[str, Any]:
    constraints = {"required": True, "unique": True} if column.is_key else None
    return without_empty(
        {
            "name": column.name,
            "type": kind_of(column.kind).table_schema,
            "description": column.description,
            "unit": column.unit,
            "codeList": column.code_list,
            "constraints": constraints,
        }
    )

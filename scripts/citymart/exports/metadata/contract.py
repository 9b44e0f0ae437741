"""Open Data Contract Standard v3.1 (https://bitol-io.github.io/open-data-contract-standard/)."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import yaml

from ..market import Column, Market, Product
from ..types import kind_of
from .texts import without_empty

ENDING = "odcs.yaml"


def write(market: Market, folder: Path) -> list[Path]:
    written = []
    for product in market.products:
        path = folder / f"{product.name}.{ENDING}"
        told = yaml.safe_dump(_contract(market, product), sort_keys=False, allow_unicode=True, width=110)
        path.write_text(told, encoding="utf-8")
        written.append(path)
    return written


def _contract(market: Market, product: Product) -> dict[str, Any]:
    # The contract is of the product: the same for each of its releases, so that it can be pointed at.
    identifier = uuid.uuid5(uuid.NAMESPACE_DNS, f"citymart/{market.audience}/{product.label}")
    return without_empty(
        {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": str(identifier),
            "name": product.title,
            "version": product.version,
            "status": "active",
            "domain": product.theme,
            "dataProduct": product.label,
            "description": without_empty(
                {
                    "purpose": product.description,
                    "limitations": product.limits,
                    "usage": product.licence_title,
                }
            ),
            "authoritativeDefinitions": [{"type": "licence", "url": product.licence_url}]
            if product.licence_url
            else None,
            "tags": list(product.keywords),
            "servers": [
                {"server": file.format, "type": "local", "path": file.name, "format": file.format}
                for file in market.files_of(product)
            ],
            "schema": [_table(product)],
            "slaProperties": _promises(product),
            "support": [{"channel": product.publisher, "tool": "email", "url": f"mailto:{product.contact}"}],
            "customProperties": [
                {"property": name, "value": value}
                for name, value in (
                    ("licence", product.licence),
                    ("attribution", product.attribution),
                    ("agreements", ", ".join(product.agreements)),
                    ("release", market.release_id),
                )
                if value
            ],
        }
    )


def _table(product: Product) -> dict[str, Any]:
    return {
        "name": product.name,
        "physicalName": product.label,
        "physicalType": "table",
        "logicalType": "object",
        "description": product.description,
        "dataGranularityDescription": product.grain,
        "properties": [_property(column) for column in product.columns],
        "quality": [{"type": "library", "metric": "rowCount", "mustBe": product.rows}],
    }


def _property(column: Column) -> dict[str, Any]:
    said = {
        "name": column.name,
        "logicalType": kind_of(column.kind).contract,
        "physicalType": column.kind,
        "description": column.description,
        "classification": column.classification,
    }
    if column.is_key:
        said |= {"primaryKey": True, "primaryKeyPosition": 1, "required": True, "unique": True}
    if said["logicalType"] == "array":
        said["items"] = {"name": "value", "logicalType": kind_of(column.kind.removesuffix("[]")).contract}
    if column.unit or column.code_list:
        said["customProperties"] = [
            {"property": name, "value": value}
            for name, value in (("unit", column.unit), ("codeList", column.code_list))
            if value
        ]
    return without_empty(said)


def _promises(product: Product) -> list[dict[str, Any]]:
    if not product.days_between_deliveries:
        return []
    return [{"property": "frequency", "value": product.days_between_deliveries, "unit": "d"}]

"""schema.org's Dataset as JSON-LD, by which search engines find data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..market import Column, Market, Product
from ..types import kind_of
from .texts import data_period, without_empty, write_json

NAME = "schema-org.jsonld"


def write(market: Market, folder: Path) -> list[Path]:
    said = {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "name": "City data market",
        "identifier": market.release_id,
        "dateModified": market.created_at,
        "dataset": [_dataset(market, product) for product in market.products],
    }
    return [write_json(folder / NAME, said)]


def _dataset(market: Market, product: Product) -> dict[str, Any]:
    organisation = {
        "@type": "Organization",
        "name": product.publisher,
        "contactPoint": {"@type": "ContactPoint", "email": product.contact},
    }
    return without_empty(
        {
            "@type": "Dataset",
            "@id": f"{market.base}{product.name}",
            "name": product.title,
            "alternateName": product.name,
            "description": product.description,
            "identifier": product.label,
            "version": product.version,
            "license": product.licence_url or product.licence_title,
            "creditText": product.attribution,
            "isAccessibleForFree": market.audience == "open",
            "creator": organisation,
            "publisher": organisation,
            "keywords": list(product.keywords),
            "dateModified": market.created_at,
            "temporalCoverage": data_period(product),
            "spatialCoverage": _place(market, product),
            "size": f"{product.rows} rows",
            "variableMeasured": [_variable(column) for column in product.columns],
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": file.title,
                    "contentUrl": f"{market.base}{file.name}",
                    "encodingFormat": file.media_type,
                    "contentSize": f"{file.bytes} B",
                    "sha256": file.sha256,
                }
                for file in market.files_of(product)
            ],
        }
    )


def _variable(column: Column) -> dict[str, Any]:
    return without_empty(
        {
            "@type": "PropertyValue",
            "name": column.name,
            "description": column.description,
            "unitText": column.unit,
            "valueReference": kind_of(column.kind).table_schema,
        }
    )


def _place(market: Market, product: Product) -> dict[str, Any] | None:
    bounds = market.bounds.get(product.name)
    if not bounds:
        return None
    west, south, east, north = bounds
    # A box is two corners, latitude first.
    box = f"{south} {west} {north} {east}"
    return {"@type": "Place", "geo": {"@type": "GeoShape", "box": box}}

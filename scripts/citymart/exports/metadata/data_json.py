"""data.json, by which catalogues such as data.gov.uk harvest: Project Open Data Metadata Schema v1.1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..market import File, Market, Product
from .texts import data_period, interval, without_empty, write_json

NAME = "data.json"
SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"


def write(market: Market, folder: Path) -> list[Path]:
    said = {
        "@context": f"{SCHEMA}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
        "dataset": [_dataset(market, product) for product in market.products],
    }
    return [write_json(folder / NAME, said)]


def _dataset(market: Market, product: Product) -> dict[str, Any]:
    bounds = market.bounds.get(product.name)
    return without_empty(
        {
            "@type": "dcat:Dataset",
            "identifier": f"{market.base}{product.name}",
            "title": product.title,
            "description": product.description,
            "keyword": list(product.keywords) or [product.theme],
            "theme": [product.theme],
            "issued": product.released_on.isoformat(),
            "modified": market.created_at[:10],
            "publisher": {"@type": "org:Organization", "name": product.publisher},
            "contactPoint": {
                "@type": "vcard:Contact",
                "fn": product.publisher,
                "hasEmail": f"mailto:{product.contact}",
            },
            "accessLevel": "public" if market.audience == "open" else "restricted public",
            "rights": product.attribution if product.licence_url else product.licence_title,
            "license": product.licence_url,
            "spatial": ",".join(map(str, bounds)) if bounds else None,
            "temporal": data_period(product) if product.data_from else None,
            "accrualPeriodicity": interval(product),
            "distribution": [_distribution(market, product, file) for file in market.files_of(product)],
        }
    )


def _distribution(market: Market, product: Product, file: File) -> dict[str, Any]:
    said = {
        "@type": "dcat:Distribution",
        "title": f"{product.title}: {file.title}",
        "downloadURL": f"{market.base}{file.name}",
        "mediaType": file.media_type,
        "format": file.title,
    }
    if file.format == "csv":
        said["describedBy"] = f"{market.base}{file.name}-metadata.json"
        said["describedByType"] = "application/csvm+json"
    return said

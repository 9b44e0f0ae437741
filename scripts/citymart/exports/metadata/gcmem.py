"""The UK Cross-Government Metadata Exchange Model (https://w3id.org/co-cddo/uk-cross-government-metadata-exchange-model).

`creator` and `publisher` must there be organisations of GOV.UK's list, in which no borough is: they are left
out rather than made up, and the publisher's name stands beside. So a record is complete for the model only
once an organisation of the list stands behind it. The security classification is the central government's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..market import File, Market, Product
from .texts import frequency, without_empty, write_json

NAME = "gcmem.json"
MODEL = "https://w3id.org/co-cddo/uk-cross-government-metadata-exchange-model"
SUMMARY = 250
"""Letters of a summary."""


def write(market: Market, folder: Path) -> list[Path]:
    said = {
        "model": MODEL,
        "note": "Without creator and publisher: they must be of GOV.UK's organisations, and the publisher of"
        " this market is none. Its name is publisherName, which is no term of the model.",
        "datasets": [_dataset(market, product) for product in market.products],
    }
    return [write_json(folder / NAME, said)]


def _dataset(market: Market, product: Product) -> dict[str, Any]:
    return without_empty(
        {
            "type": "dcat:Dataset",
            "identifier": f"{market.base}{product.name}",
            "title": product.title,
            "alternativeTitle": [product.name],
            "summary": _short(product.grain),
            "description": product.description,
            "keyword": list(product.keywords),
            "theme": [product.theme],
            "version": product.version,
            "issued": product.released_on.isoformat(),
            "modified": market.created_at[:10],
            "updateFrequency": f"freq:{frequency(product) or 'irregular'}",
            "licence": product.licence_url or "DATA_SHARE_AGREEMENT",
            "accessRights": "OPEN" if market.audience == "open" else "INTERNAL",
            "securityClassification": "NOT_APPLICABLE",
            "contactPoint": {"contactName": product.publisher, "email": product.contact},
            "publisherName": product.publisher,
            "distribution": [_distribution(market, product, file) for file in market.files_of(product)],
        }
    )


def _distribution(market: Market, product: Product, file: File) -> dict[str, Any]:
    return {
        "type": "dcat:Distribution",
        "identifier": f"{market.base}{product.name}#{file.format}",
        "title": f"{product.title}: {file.title}",
        "downloadURL": f"{market.base}{file.name}",
        "mediaType": f"https://www.iana.org/assignments/media-types/{file.media_type}",
        "byteSize": file.bytes,
        "licence": product.licence_url or "DATA_SHARE_AGREEMENT",
        "modified": market.created_at[:10],
    }


def _short(text: str) -> str:
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1] + "…"

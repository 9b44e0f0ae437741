"""OpenLineage (https://openlineage.io/spec/): the build's events, one a product, as lines of JSON."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from ..market import Market, Product
from .texts import without_empty

NAME = "openlineage.jsonl"
NAMESPACE = "citymart"
SPEC = "https://openlineage.io/spec"
EVENT = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"


def write(market: Market, folder: Path) -> list[Path]:
    path = folder / NAME
    lines = [json.dumps(_event(market, product), ensure_ascii=False) for product in market.products]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [path]


def _event(market: Market, product: Product) -> dict[str, Any]:
    run = uuid.uuid5(uuid.NAMESPACE_DNS, f"citymart/{market.release_id}/{market.audience}/{product.label}")
    producer = f"urn:citymart:{market.code_version}"

    def facet(kind: str, version: str, **said: Any) -> dict[str, Any]:
        schema = f"{SPEC}/facets/{version}/{kind}.json#/$defs/{kind}"
        return {"_producer": producer, "_schemaURL": schema, **said}

    fields = [
        without_empty({"name": column.name, "type": column.kind, "description": column.description})
        for column in product.columns
    ]
    return {
        "eventType": "COMPLETE",
        "eventTime": market.created_at,
        "producer": producer,
        "schemaURL": EVENT,
        "run": {"runId": str(run)},
        "job": {"namespace": NAMESPACE, "name": product.label},
        "inputs": [{"namespace": NAMESPACE, "name": name} for name in product.inputs],
        "outputs": [
            {
                "namespace": NAMESPACE,
                "name": product.label,
                "facets": {
                    "documentation": facet(
                        "DocumentationDatasetFacet",
                        "1-0-1",
                        description=f"{product.title}. {product.description}",
                    ),
                    "version": facet("DatasetVersionDatasetFacet", "1-0-1", datasetVersion=product.version),
                    "schema": facet("SchemaDatasetFacet", "1-1-1", fields=fields),
                },
                "outputFacets": {
                    "outputStatistics": facet(
                        "OutputStatisticsOutputDatasetFacet", "1-0-2", rowCount=product.rows
                    )
                },
            }
        ],
    }

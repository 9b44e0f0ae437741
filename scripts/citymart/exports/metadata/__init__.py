"""What is written about the files: each standard in a module, all from one `Market`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..market import Market
from . import contract, csvw, data_json, datapackage, dcat, gcmem, openlineage, schema_org

STANDARDS: tuple[Callable[[Market, Path], list[Path]], ...] = (
    datapackage.write,
    csvw.write,
    dcat.write,
    gcmem.write,
    data_json.write,
    schema_org.write,
    contract.write,
    openlineage.write,
)


def write_metadata(market: Market, folder: Path) -> list[Path]:
    """Write the metadata of all standards into the folder of the files; the files written."""
    return [path for write in STANDARDS for path in write(market, folder)]

"""What has landed, read from the outside: receipts, Parquet files, names. And deliveries of every kind."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

HEADER = "Supplier Name,Amount,Department\n"


def payments(name: str, rows: int, more: str = "") -> bytes:
    return (HEADER + "".join(f"{name} {n},{n}.50,Parks\n" for n in range(rows)) + more).encode()


def first_delivery(folder: Path) -> Path:
    """One file, that is in the landing already when the matrix begins."""
    return written(folder / "camden/spending/2024-03-31.csv", payments("Ada", 40))


def deliveries(folder: Path) -> Path:
    """The first once more and for another day, rejected records, archives, JSON, and a file to be refused."""
    camden, islington = folder / "camden/spending", folder / "islington/spending"
    first_delivery(folder)
    written(camden / "2024-04-30.csv", payments("Ada", 40))
    written(camden / "2024-05-31.csv", payments("Bo", 30, "short\nshort too\n"))
    written(camden / "2024-06-30.csv.gz", gzip.compress(payments("Cy", 20)))
    written(camden / "2024-07-31.csv", HEADER.encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("one.csv", "two.csv"):
            archive.writestr(name, payments(name, 10))
    written(camden / "2024-08-31.zip", packed.getvalue())
    rows = [{"Supplier Name": f"Di {n}", "Amount": f"{n}.00", "Department": "Parks"} for n in range(15)]
    written(islington / "2024-03-31.json", json.dumps(rows).encode())
    return folder


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def landed(home: Path) -> dict[str, Any]:
    """Receipt → what it says and what it vouches for: the records, each as often as it is there, and the
    rejected ones. Fails where a receipt vouches for what is not there.
    """
    found: dict[str, Any] = {}
    for path in sorted(home.glob("landing/*/*/*.json")):
        if path.parent.name == "_none":
            continue
        receipt = json.loads(path.read_text(encoding="utf-8"))
        told = {key: value for key, value in receipt.items() if key != "landed_at"}
        name = str(path.relative_to(home))
        if receipt["outcome"] not in ("landed", "held"):
            found[name] = (told, Counter(), Counter())
            continue
        file = path.with_name(f"{receipt['extract_id']}.parquet")
        assert hashlib.sha256(file.read_bytes()).hexdigest() == receipt["landing_sha256"], name
        records = _rows(file)
        rejects = _rows(file.parent / "rejects" / file.name)
        assert receipt["landed_rows"] == records.total(), name
        assert receipt["rejected_rows"] == rejects.total(), name
        assert receipt["source_records"] == receipt["landed_rows"] + receipt["rejected_rows"], name
        found[name] = (told, records, rejects)
    return found


def _rows(path: Path) -> Counter[str]:
    if not path.exists():
        return Counter()
    with path.open("rb") as file:
        return Counter(json.dumps(row, sort_keys=True) for row in pq.read_table(file).to_pylist())


def all_can_be_read(home: Path) -> bool:
    """Every Parquet file of the landing, the empty ones too; there are some."""
    files = list(home.glob("landing/**/*.parquet"))
    return bool(files) and all(pq.ParquetFile(file).metadata is not None for file in files)


def tree(home: Path, *but: str) -> set[str]:
    """The names of all files and folders of a home, releases by one name; without what `but` begins."""
    names = {str(path.relative_to(home)) for path in home.rglob("*")}
    names = {re.sub(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}", "RELEASE", name) for name in names}
    return {name for name in names if not name.startswith(("logs", "build/target", *but))}

"""A build of two tables, with an audience; and what of it was published."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

MANIFEST = {
    "nodes": {
        f"model.{name}": {
            "resource_type": "model",
            "schema": name.split(".")[0],
            "name": name.split(".")[1],
            "columns": {column: {"config": {"meta": {"classification": "open"}}} for column in columns},
        }
        for name, columns in {
            "marts.payments": ("payment_key", "provider_code", "supplier", "amount"),
            "market.totals": ("payments",),
        }.items()
    }
}


def small_build(folder: Path, payments: int) -> Path:
    """The folder with `mart.duckdb`, as dbt would have built it, and dbt's manifest in `target`."""
    (folder / "target").mkdir(parents=True)
    (folder / "target" / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    with duckdb.connect(str(folder / "mart.duckdb")) as con:
        con.execute(
            f"""
            create schema landing; create schema seeds; create schema marts; create schema market;
            create table landing.extracts as select 'camden' as provider_code, true as is_landed;
            create table seeds.providers as select
                'camden' as provider_code, 'london_borough' as provider_type, 'E09000007' as gss_code;
            create table seeds.audiences as select 'open' as audience, false as is_encrypted;
            create table seeds.agreements as select
                'X' as agreement, audience, 'camden' as provider_code, '*' as product,
                'open' as classification, 'a city' as purpose, 'open' as lawful_basis,
                date '2020-01-01' as valid_from, null::date as valid_to
            from seeds.audiences;
            create table seeds.degradations as
            select 'x' as product, 'x' as field, 'x' as audience, 'x' as "method" where false;
            create table seeds.products as select
                'x' as product, 'x' as count_column, 'x' as counted_column, 'x' as margins,
                0 as threshold, 0 as base
            where false;
            create table marts.payments as select
                i as payment_key, 'camden' as provider_code, 'Supplier ' || i as supplier, i + 0.5 as amount
            from range({payments}) as t (i);
            create table market.totals as select count(*) as payments from marts.payments;
            """
        )
    return folder


@dataclass(frozen=True)
class Seen:
    """What a reader of `published/current` has: the release, its data, and what each of its files holds."""

    release_id: str
    data_hash: str
    payments: int


def current(home: Path) -> Seen:
    """Reads all of the current release; fails where anything of it is not as its manifest says."""
    folder = (home / "published" / "current").resolve(strict=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["release_id"] == folder.name
    counts = set()
    for said in [*manifest["files"], *manifest["audiences"]]:
        file = folder / said["file"]
        assert (file.stat().st_size, _sha256(file)) == (said["bytes"], said["sha256"])
        counts.add(_read_through(file))
    (payments,) = counts
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert names == {"manifest.json", "city_data_mart.duckdb", "open.duckdb"}
    return Seen(folder.name, manifest["data_hash"], payments)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read_through(file: Path) -> int:
    """Reads every table to its last value; the number of payments."""
    with duckdb.connect(str(file), read_only=True) as con:
        for schema, table in con.execute("select schema_name, table_name from duckdb_tables()").fetchall():
            con.execute(f'select sum(hash(t)) from "{schema}"."{table}" as t').fetchall()
        return con.execute("select count(*) from marts.payments").fetchone()[0]


def log_of(home: Path) -> dict[str, Counter[tuple[str, str]]]:
    """Release → (audience, product) → how often the access log has it."""
    found: dict[str, Counter[tuple[str, str]]] = {}
    file = home / "access_log.jsonl"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    assert not text or text.endswith("\n")
    for line in map(json.loads, text.splitlines()):
        found.setdefault(line["release_id"], Counter())[line["audience"], line["product"]] += 1
    return found


def each_release_is_logged_once(home: Path) -> bool:
    """Every release that is kept stands in the log once, with all that it gave; nothing else stands there."""
    kept = {path.name for path in (home / "published" / "releases").iterdir()}
    given = {("open", "marts.payments"), ("open", "market.totals")}
    log = log_of(home)
    return log.keys() == kept and all({*said} == given and {*said.values()} == {1} for said in log.values())

"""A home with a bit of everything: landed files, rejects, persons, a release of several files, an export."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
from citymart import publishing
from citymart.deliveries import Delivery
from citymart.folders import write_sums
from citymart.home import PROJECT, Home
from citymart.load import load_files
from citymart.people.keys import keyed
from citymart.releases import Release
from small_build import small_build

HEADER = "Payment Date,Supplier Name,Net Amount,Transaction Number"
SENT = {
    ("camden", "2024-03-31"): [HEADER, "2024-03-01,Ada Ltd,10.50,P1", "2024-03-02,Bo & Co,20.00,P2"],
    ("camden", "2024-04-30"): [HEADER, "2024-04-01,Cy plc,30.25,P3", "2024-04-02,too,many,cells,by,far", ""],
    ("islington", "2024-03-31"): [
        HEADER,
        *(f"2024-03-0{day},Dee & Sons,{day}.5,I{day}" for day in range(1, 9)),
    ],
}
EXTRACTS = """
create schema if not exists market;
create or replace table market.extracts as
select
    extract_id, subject, provider_code, as_of_date, period_from, period_to, landed_at, outcome, reason,
    source_file, source_member, source_bytes, source_sha256, encoding, total_lines, source_records,
    landed_rows, rejected_rows, preamble_lines, blank_records, total_records
from read_json('{home}/landing/*/*/*.json', columns = {{
    extract_id: 'VARCHAR', subject: 'VARCHAR', provider_code: 'VARCHAR', as_of_date: 'DATE',
    period_from: 'DATE', period_to: 'DATE', landed_at: 'TIMESTAMPTZ', outcome: 'VARCHAR', reason: 'VARCHAR',
    source_file: 'VARCHAR', source_member: 'VARCHAR', source_bytes: 'BIGINT', source_sha256: 'VARCHAR',
    encoding: 'VARCHAR', total_lines: 'BIGINT', source_records: 'BIGINT', landed_rows: 'BIGINT',
    rejected_rows: 'BIGINT', preamble_lines: 'BIGINT', blank_records: 'BIGINT', total_records: 'BIGINT'
}})
where extract_id is not null
qualify row_number() over (partition by extract_id order by landed_at desc, as_of_date desc) = 1
"""


def load(home: Home, folder: Path, sent: dict[tuple[str, str], list[str]] = SENT) -> Path:
    """Lands what is sent, written below the folder as a provider would name it; returns the folder."""
    deliveries = []
    for (provider, day), lines in sent.items():
        path = folder / provider / "spending" / f"{day}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        deliveries.append(Delivery(path, provider, "spending", date.fromisoformat(day)))
    outcomes = load_files(deliveries, home).outcomes
    assert {outcome.status for outcome in outcomes} == {"landed"}
    return folder


def name_persons(home: Home, names: str = "abc") -> None:
    """Gives records keys of persons, as a build does."""
    clusters = pa.table({"record_id": list(names), "cluster_id": list(names)})
    keyed(clusters, home.root / "people")


def release(home: Home, folder: Path) -> Release:
    """A release of a small build, with a file an audience that has a key."""
    build = small_build(folder)
    with duckdb.connect(str(build)) as con:
        con.execute(EXTRACTS.format(home=home.root))
    file = folder / "target" / "manifest.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["nodes"]["model.m.extracts"] = {
        "name": "extracts",
        "schema": "market",
        "resource_type": "model",
        "columns": {},
        "config": {},
    }
    file.write_text(json.dumps(said), encoding="utf-8")
    made, is_new, _ = publishing._release(home, build, folder / "target", PROJECT, lambda _: None)
    assert is_new
    return made


def export(home: Home, made: Release) -> Path:
    """A folder such as an export leaves."""
    folder = home.exports / made.id / "open"
    folder.mkdir(parents=True)
    (folder / "homes.csv").write_text("uprn\r\n1\r\n", encoding="utf-8")
    write_sums(folder, ["homes.csv"])
    return folder

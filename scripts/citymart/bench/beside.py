"""The same conforming of payments and of brownfield land three ways, on the same files: this project, pandas,
and a script of DuckDB that does nothing else.

`PAYMENTS=1000000 SITES=50000 python -m citymart.bench.beside`. What pandas and the script do is what an
analyst would write in an afternoon: names, dates, amounts, codes, the newest register, doubled payments. They
keep no line numbers, refuse nothing, and say nothing of what they could not read.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from ..hashing import literal
from ..layouts import Seeds
from .city import CITYMART, run
from .landing import PAYMENTS

PROVIDER = Seeds().providers[0]
DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet")
MODELS = {"spending": "+fct_payments", "brownfield_land": "+fct_brownfield_sites"}

SITES = """
    select
        'http://opendatacommunities.org/id/london-borough-council/x' as "OrganisationURI",
        'London Borough of Benchmark' as "OrganisationLabel", printf('BLR-%06d', i) as "SiteReference",
        '' as "PreviouslyPartOf", (i % 300) || ' Long Road, London' as "SiteNameAddress",
        'https://example.org/' || i as "SiteplanURL", 'OSGB36' as "CoordinateReferenceSystem",
        500000 + i * 7919 % 60000 as "GeoX", 155000 + i * 104729 % 45000 as "GeoY",
        printf('%.2f', (i * 17 % 900) / 100) as "Hectares",
        (['owned by a public authority', 'mixed ownership', ''])[i % 3 + 1] as "OwnershipStatus",
        (['yes', 'Y', 'no', ''])[i % 4 + 1] as "Deliverable",
        (['permissioned', 'not permissioned'])[i % 2 + 1] as "PlanningStatus",
        'full planning permission' as "PermissionType",
        strftime(date '2015-01-01' + (i * 31 % 3000)::integer, '%d/%m/%Y') as "PermissionDate",
        '' as "PlanningHistory", '' as "ProposedForPIP", i % 90 as "MinNetDwellings",
        'Homes and shops' as "DevelopmentDescription", '' as "NonHousingDevelopment", '' as "Part2",
        i % 90 as "NetDwellingsRangeFrom", i % 90 + 5 as "NetDwellingsRangeTo", '' as "HazardousSubstances",
        '' as "SiteInformation", '' as "Notes", '2017-12-01' as "FirstAddedDate",
        '2026-03-01' as "LastUpdatedDate"
    from range(?) as numbers (i)
"""

DUCKDB = {
    "spending": """
        create table payments as select distinct
            nullif(trim("Body"), '') as organisation_name, nullif(trim("Department"), '') as directorate,
            nullif(trim("Supplier Name"), '') as supplier_name,
            try_strptime("Date", '%d/%m/%Y')::date as paid_date,
            round(try_cast(regexp_replace("Amount", '[£,\\s]', '', 'g') as decimal(18, 2)), 2) as net_amount,
            nullif(trim("Expenses Type"), '') as expense_type, "Document No" as payment_reference,
            trim(regexp_replace(regexp_replace(upper("Supplier Name"), '[^A-Z0-9 ]', ' ', 'g'),
            '\\b(LTD|LIMITED|PLC|LLP)\\b', '', 'g')) as supplier_key, "Cost Centre" as cost_centre
        from read_csv('{folder}/spending/2012-12-31.csv', all_varchar = true);
        create table suppliers as select supplier_key, count(*) as payments, sum(net_amount) as paid
        from payments group by supplier_key""",
    "brownfield_land": """
        create table sites as select
            "SiteReference" as site_reference, "SiteNameAddress" as site_address,
            try_cast("GeoX" as double) as geo_x, try_cast("GeoY" as double) as geo_y,
            try_cast("Hectares" as double) as hectares, lower("Deliverable") in ('yes', 'y') as deliverable,
            "OwnershipStatus" as ownership_status, "PlanningStatus" as planning_status,
            try_strptime("PermissionDate", '%d/%m/%Y')::date as permission_date,
            try_cast("MinNetDwellings" as integer) as min_net_dwellings, filename
        from read_csv('{folder}/brownfield_land/*.csv', all_varchar = true, filename = true)
        qualify row_number() over (partition by "SiteReference" order by filename desc) = 1""",
}


def files(folder: Path, payments: int, sites: int) -> dict[str, int]:
    """The files of both subjects below `folder`; bytes by subject."""
    with duckdb.connect() as con:
        for subject, day, query, rows in (
            ("spending", "2012-12-31", PAYMENTS, payments),
            ("brownfield_land", "2025-12-31", SITES, sites),
            ("brownfield_land", "2026-09-30", SITES, sites),
        ):
            (folder / subject).mkdir(parents=True, exist_ok=True)
            con.execute(f"copy ({query}) to {literal(folder / subject / f'{day}.csv')} (header)", [rows])
    return {subject: sum(file.stat().st_size for file in (folder / subject).iterdir()) for subject in MODELS}


def ours(folder: Path, subject: str, home: Path) -> dict[str, float]:
    """Seconds and peak MB of loading and of dbt; `models` is without dbt's start."""
    load = run([*CITYMART, "load", str(folder), "--provider", PROVIDER, "--subject", subject], home)
    target = home / "target"
    run([*DBT, "seed", "--target-path", str(target)], home)
    build = run([*DBT, "run", "--select", MODELS[subject], "--target-path", str(target)], home)
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {
        "load": load[0],
        "models": sum(result["execution_time"] for result in results),
        "build": build[0],
        "peak_memory": max(load[2], build[2]),
    }


def measure(folder: Path, *, payments: int, sites: int) -> dict[str, dict[str, Any]]:
    """By subject: bytes, and (seconds, seconds of all cores, peak MB) of each way.

    Raises `RuntimeError` with the last lines of a way that fails.
    """
    found: dict[str, dict[str, Any]] = {}
    for subject, size in files(folder, payments, sites).items():
        script = DUCKDB[subject].replace("{folder}", str(folder))
        program = f"import duckdb, sys; duckdb.connect(sys.argv[1]).execute({script!r})"
        found[subject] = {
            "bytes": size,
            "duckdb": run([sys.executable, "-c", program, str(folder / f"{subject}.duckdb")], folder),
            "pandas": run([sys.executable, "-m", "citymart.bench.with_pandas", str(folder), subject], folder),
            "ours": ours(folder / subject, subject, folder / f"home-{subject}"),
        }
    return found


def lines(subject: str, found: Mapping[str, Any]) -> Iterator[str]:
    mine, floor, pandas = found["ours"], found["duckdb"], found["pandas"]
    seconds = mine["load"] + mine["models"]
    yield f"{subject}, {found['bytes'] / 1e6:.0f} MB of CSV:"
    yield f"  DuckDB alone {floor[0]:>7.1f} s {floor[2]:>7,.0f} MB"
    yield f"  pandas       {pandas[0]:>7.1f} s {pandas[2]:>7,.0f} MB"
    yield (
        f"  this project {seconds:>7.1f} s {mine['peak_memory']:>7,.0f} MB: landing {mine['load']:.1f} s,"
        f" models {mine['models']:.1f} s"
    )
    yield (
        f"  {seconds / floor[0]:.1f} times DuckDB alone, {seconds / pandas[0]:.1f} times pandas; dbt's own"
        f" start and work {mine['build'] - mine['models']:.1f} s more"
    )


def main() -> int:
    scratch = Path(tempfile.mkdtemp(prefix="citymart-bench-"))
    rows = {"payments": os.environ.get("PAYMENTS", "500000"), "sites": os.environ.get("SITES", "30000")}
    try:
        for subject, found in measure(scratch, **{name: int(count) for name, count in rows.items()}).items():
            print("\n".join(lines(subject, found)), flush=True)
        return 0
    except RuntimeError as error:
        print(f"MISSED: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())

"""A borough is rows; a subject is one command; both on a copy of the project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb


def append(file: Path, *lines: str) -> None:
    file.write_text(file.read_text().rstrip("\n") + "\n" + "\n".join(lines) + "\n")


def test_a_new_borough_is_layout_rows_and_an_extract(copy: Path, citymart, tmp_path: Path) -> None:
    home = tmp_path / "home"
    extract = tmp_path / "in" / "hackney" / "spending" / "2026-10-31.csv"
    extract.parent.mkdir(parents=True)
    extract.write_text(
        "Payments of the month\n\nPaid to;Sum paid;On\n"
        "Acorn Bindery Ltd;£1,234.50;31/10/2026\nMallard & Sons;(20.00);10/09/2026\n",
        encoding="utf-8",
    )
    refused = citymart(home, "load", extract, project=copy)
    assert refused.returncode == 1
    assert "2026-10-31.csv" in refused.stdout + refused.stderr

    append(
        copy / "seeds/layouts/layout_spending.csv",
        "hackney,Paid to,supplier_name,,",
        "hackney,Sum paid,net_amount,,",
        "hackney,On,paid_date,dmy,",
    )
    loaded = citymart(home, "load", extract, project=copy)
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    built = citymart(home, "build", "--no-unit-tests", "--select", "+fct_payments", project=copy)
    assert built.returncode == 0, built.stdout + built.stderr
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        payments = mart.execute(
            "select borough_code, supplier_name_as_sent, net_amount::double, paid_date::varchar"
            " from marts.fct_payments order by net_amount"
        ).fetchall()
    assert payments == [
        ("E09000012", "Mallard & Sons", -20.0, "2026-09-10"),
        ("E09000012", "Acorn Bindery Ltd", 1234.5, "2026-10-31"),
    ]


def test_a_required_column_that_has_gone_fails_the_build(copy: Path, citymart, tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = tmp_path / "in" / "hackney" / "spending"
    folder.mkdir(parents=True)
    (folder / "2026-09-30.csv").write_text(
        "Supplier Name,Net Amount,Date\nAcorn,1.00,01/09/2026\nOak,2.00,02/09/2026\n"
    )
    (folder / "2026-10-31.csv").write_text(
        "Supplier Name,Money,Date\nAcorn,3.00,01/10/2026\nOak,4.00,02/10/2026\n"
    )
    assert citymart(home, "load", tmp_path / "in", project=copy).returncode == 0
    published = citymart(home, "publish", project=copy)
    assert published.returncode == 1
    said = published.stdout + published.stderr
    assert "required column" in said
    assert "Traceback" not in said
    assert not (home / "published" / "current").exists()


def test_a_new_subject_builds_at_once(copy: Path, citymart, tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = citymart(home, "subject", "licences", project=copy)
    assert made.returncode == 0, made.stdout + made.stderr
    extract = tmp_path / "in" / "camden" / "licences" / "2026-10-31.csv"
    extract.parent.mkdir(parents=True)
    extract.write_text("Reference,Received date\nL/1,31/10/2026\nL/2,soon\n")
    assert citymart(home, "load", extract, project=copy).returncode == 0
    built = citymart(home, "build", "--select", "+stg_licences", project=copy)
    assert built.returncode == 0, built.stdout + built.stderr
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        assert mart.execute(
            "select reference, received_date::varchar, issues[1].issue_type from staging.stg_licences"
            " order by reference"
        ).fetchall() == [("L/1", "2026-10-31", None), ("L/2", None, "date_unreadable")]


def test_a_subject_that_exists_is_not_written_over(copy: Path, citymart, tmp_path: Path) -> None:
    before = (copy / "models/staging/spending/stg_spending.sql").read_text()
    made = citymart(tmp_path / "home", "subject", "spending", project=copy)
    assert made.returncode == 2
    assert "the subject spending exists" in made.stderr
    assert (copy / "models/staging/spending/stg_spending.sql").read_text() == before


def test_dbt_build_works_on_its_own_from_a_clean_checkout(copy: Path, tmp_path: Path) -> None:
    """No home, no landing, no extracts: everything builds, on nothing."""
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from dbt.cli.main import cli; cli(['-q', 'build', '--exclude', 'resource_type:unit_test'])",
        ],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DO_NOT_TRACK": "1"},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert (copy / "warehouse/build/dev/mart.duckdb").exists()


def test_a_corrected_file_unblocks_a_build_that_missed_a_column(copy: Path, citymart, tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = tmp_path / "in" / "hackney" / "spending"
    folder.mkdir(parents=True)
    month = "Acorn,3.00,01/10/2026\nOak,4.00,02/10/2026\n"
    (folder / "2026-09-30.csv").write_text("Supplier Name,Net Amount,Date\nAcorn,1.00,01/09/2026\n")
    (folder / "2026-10-31.csv").write_text("Supplier Name,Money,Date\n" + month)
    assert citymart(home, "load", tmp_path / "in", project=copy).returncode == 0
    (folder / "2026-10-31.csv").write_text("Supplier Name,Net Amount,Date\n" + month)
    assert citymart(home, "load", tmp_path / "in", project=copy).returncode == 0
    built = citymart(home, "build", "--no-unit-tests", "--select", "+fct_payments", project=copy)
    assert built.returncode == 0, built.stdout + built.stderr
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        assert mart.execute(
            "select count(*), sum(net_amount)::double from marts.fct_payments"
        ).fetchall() == [(3, 8.0)]


def test_what_a_delivery_lost_is_told_by_load_and_build(citymart, tmp_path: Path) -> None:
    """A file that lost its key, a register that was cut off, dates that are month first."""
    home, folder = tmp_path / "home", tmp_path / "in" / "hackney"
    for subject in ("council_tax", "tenancies", "spending"):
        (folder / subject).mkdir(parents=True)
    (folder / "council_tax/2026-09-30.csv").write_text(
        "Acct,property_reference,council_tax_band,occupied_from_date,liable_name,address\n"
        + "".join(f"A{n},P{n},C,2020-01-{n:02},Ann Other,{n} High Road\n" for n in range(1, 13))
    )
    header = "tenancy_reference,tenancy_start_date,tenure,weekly_rent_amount,postcode\n"
    for day, count in (("2026-08-31", 30), ("2026-09-30", 2)):
        (folder / f"tenancies/{day}.csv").write_text(
            header + "".join(f"T{n},2020-01-01,secure,100.00,E8 1AA\n" for n in range(count))
        )
    (folder / "spending/2026-09-30.csv").write_text(
        "Supplier Name,Net Amount,Date\n"
        + "".join(f"Acorn,1.00,{n % 9 + 1}/{n}/2026\n" for n in range(1, 29) for _ in (1, 2))
    )
    loaded = citymart(home, "load", tmp_path / "in")
    assert loaded.returncode == 1, loaded.stdout + loaded.stderr
    told = " ".join(loaded.stdout.split())
    assert "No column feeds account_reference: required for council_tax." in told
    assert "(hackney tenancies): HELD: it has 2 records of the table whole" in told

    built = citymart(home, "build", "--no-unit-tests")
    assert built.returncode == 1
    said = " ".join((built.stdout + built.stderr).split())
    assert "subject=council_tax, required_field=account_reference" in said
    assert "dates of a column are read one way" in said and "source_column=Date, field=paid_date" in said
    with duckdb.connect(str(home / "build/dev/mart.duckdb"), read_only=True) as mart:
        # They are accounts without a reference, not properties without an account.
        assert mart.execute("select count(*) from marts.fct_council_tax_accounts").fetchall() == [(12,)]
        # What was cut off does not take the place of the register before it.
        assert mart.execute("select count(*) from marts.fct_tenancies").fetchall() == [(30,)]

    # A home of an earlier version has landed it: then the build tells.
    (held,) = (path for path in home.glob("landing/tenancies/*/*.json") if '"held"' in path.read_text())
    held.write_text(json.dumps(json.loads(held.read_text()) | {"outcome": "landed", "reason": None}))
    fraction = "+assert_newest_deliveries_are_not_a_fraction_of_those_before"
    built = citymart(home, "build", "--no-unit-tests", "--select", fraction)
    assert built.returncode == 0, "it warns: a register may have shrunk"
    said = " ".join((built.stdout + built.stderr).split())
    assert "subject=tenancies" in said and "records=2, records_before=30" in said


def test_a_layout_row_that_names_nothing_is_told_before_anything_is_built(
    copy: Path, citymart, tmp_path: Path
) -> None:
    append(
        copy / "seeds/layouts/layout_spending.csv",
        "hackney,Sum paid,net_ammount,,",
        "hackney,On,paid_date,dym,",
    )
    built = citymart(tmp_path / "home", "build", "--no-unit-tests", project=copy)
    assert built.returncode == 2
    assert "layout_spending.csv" in built.stderr and "net_amount" in built.stderr
    assert not (tmp_path / "home/build/dev/mart.duckdb").exists()

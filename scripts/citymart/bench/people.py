"""Linking a city's people: 1,000,000 records at once, and the next month's two in a hundred.

`RECORDS=1000000 python -m citymart.bench.people` prints three rounds, each in a process of its own: all
records new, the same again, and a fiftieth more of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from ..home import PROJECT
from .city import run

SECONDS, MEGABYTES = 120, 3000
NEXT = 0.1
"""The share of the first round's time that the next month's may take."""
DATA = PROJECT / "scripts" / "citymart" / "sample" / "data"


def people(con: duckdb.DuckDBPyConnection, records: int) -> None:
    """Table `int_person_records`: two and a half records a person on average, of seven services, half of them
    without a date of birth or a number, one in eight at an old address; households of one surname.
    """
    con.execute(
        f"""
        create table first_names as
        select upper(first_name) as name, row_number() over () - 1 as n
        from read_csv('{DATA}/first_names.csv');
        create table surnames as
        select upper(surname) as name, row_number() over () - 1 as n from read_csv('{DATA}/surnames.csv');
        create table endings as
        select *, row_number() over () - 1 as n
        from (
            select unnest(['', '', '', 'by', 'son', 'ford', 'well', 'ton', 'ley', 'stead', 'ham', 'combe'])
            as ending
        );
        create table persons as
        select
            i as person, i // 2 as household, first_names.name as first_name,
            surnames.name || upper(endings.ending) as surname,
            date '1935-01-02' + (hash(i, 'born') % 30000)::int as born, hash(i, 'place') % 60000 as place
        from range({records * 2 // 5}) as every (i)
        inner join first_names on first_names.n = (pow(hash(i, 'f') % 1000000 / 1e6, 2) * 190)::int
        inner join surnames on surnames.n = (pow(hash(i // 2, 's') % 1000000 / 1e6, 2) * 174)::int
        inner join endings on endings.n = hash(i // 2, 'e') % 12;
        create table int_person_records as
        select
            md5(r::varchar) as record_id, 'service ' || r % 7 as source,
            'borough ' || household % 33 as sender,
            null::varchar as title,
            case hash(r, 'first') % 50
                when 0 then first_name[1] when 1 then first_name[1] || first_name[3:] else first_name
            end as first_name,
            null::varchar as middle_name,
            case when hash(r, 'last') % 40 = 0 then surname[:2] || surname[4:] else surname end as surname,
            null::varchar as name, null::varchar as gender,
            case when r % 7 > 2 then born end as birth_date,
            null::date as death_date,
            (1 + household % 97) || ' '
            || ['Acacia', 'Wren', 'Tabard', 'Kestrel'][1 + household % 4] || ' Road'
            || case when hash(r, 'old') % 8 = 0 then ' North' else '' end as address,
            'N' || (1 + home % 20) || ' ' || home // 20 % 10
            || chr((65 + home // 200 % 26)::int)
            || chr((65 + home // 5200 % 26)::int) as postcode,
            1000 + home * 97 + household % 97 as uprn,
            case when r % 7 in (3, 4) and hash(r, 'nhs') % 2 = 0 then printf('4%09d', person) end
            as nhs_number,
            null::varchar as nino, case when r % 7 = 5 then printf('07%09d', person) end as phone,
            null::varchar as email
        from (
            select
                persons.*, r,
                case
                    when hash(r, 'old') % 8 = 0 then hash(person, 'before') % 60000
                    else household * 7 % 60000
                end as home
            from range({records}) as every (r)
            inner join persons on person = hash(r, 'who') % {records * 2 // 5}
        )
        """
    )


def _round(folder: Path, name: str, most: int) -> tuple[float, float]:
    seconds, _, memory = run([sys.executable, "-m", "citymart.bench.people", str(folder), str(most)], folder)
    told = (folder / "told").read_text(encoding="utf-8")
    print(f"{name:<26}{seconds:>8.1f} s{memory:>8,.0f} MB  {told}", flush=True)
    return seconds, memory


def _link(folder: Path, most: int) -> None:
    from ..people import evaluate, linking

    with linking.connection() as con:
        con.execute(
            "create table int_person_records as select * exclude (file_row_number)"
            f" from read_parquet('{folder}/records.parquet', file_row_number = true)"
            f" where file_row_number < {most}"
        )
        evaluate.link(con, folder / "memory")
        (compared,) = con.execute("select count(*) from int_person_pairs").fetchone()
        (persons,) = con.execute("select count(distinct cluster_id) from int_person_clusters").fetchone()
    (folder / "told").write_text(f"{compared:,} pairs, {persons:,} persons", encoding="utf-8")


def main(arguments: Sequence[str] = ()) -> int:
    if arguments:
        _link(Path(arguments[0]), int(arguments[1]))
        return 0
    records = int(os.environ.get("RECORDS", "1000000"))
    with tempfile.TemporaryDirectory(prefix="citymart-bench-") as name:
        folder = Path(name)
        with duckdb.connect() as con:
            people(con, records + records // 50)
            con.execute(f"copy int_person_records to '{folder}/records.parquet' (preserve_order true)")
        seconds, memory = _round(folder, "all records new", records)
        _round(folder, "the same again", records)
        later, _ = _round(folder, f"{records // 50:,} new beside them", records + records // 50)
    good = seconds < SECONDS and memory < MEGABYTES and later < NEXT * seconds
    print(
        f"{'met' if good else 'MISSED'}: {seconds:.0f} s (under {SECONDS}), {memory:,.0f} MB"
        f" (under {MEGABYTES:,}), the next month {later / seconds:.1%} of it (under {NEXT:.0%})",
        flush=True,
    )
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Address matching against a whole city: 100,000 new addresses and a million properties.

`ADDRESSES=100000 PROPERTIES=1000000 python -m citymart.bench.addresses` prints three rounds, each in a
process of its own: all addresses new, the same again, and a hundredth more of them.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from ..addresses.match import WORDS
from ..home import PROJECT
from .city import run

AREAS = 33
SECONDS, MEGABYTES = 90, 3000
DATA = PROJECT / "scripts" / "citymart" / "sample" / "data"
AGAIN = 0.1
"""The share of the first round's time that a second one of the same addresses may take."""


def city(con: duckdb.DuckDBPyConnection, properties: int, addresses: int) -> None:
    """Tables `gazetteer` and `asked` (as `citymart.addresses.remembered.matches` takes them): streets of some
    fifty houses, of which every third has flats; addresses as people write them, with misspelt streets and
    postcodes that are missing.
    """
    streets = properties // 50
    con.execute(
        f"""
        create table names as
        select *, row_number() over () - 1 as n from read_csv('{DATA}/street_names.csv');
        create table types as
        select *, row_number() over () - 1 as n from read_csv('{DATA}/street_types.csv');
        create table streets as
        select
            every.n as street, every.n % {AREAS} as area,
            upper(names.street_name) as name, upper(types.street_type) as type,
            'N' || (every.n % 20 + 1) || ' ' || (every.n // 20 % 10) || chr((65 + every.n // 200 % 26)::int)
            || chr((65 + every.n // 5200 % 26)::int) as postcode
        from range({streets}) as every (n)
        inner join names on names.n = (every.n // {AREAS}) % (select count(*) from names)
        inner join types
            on types.n = (every.n // {AREAS} // (select count(*) from names)) % (select count(*) from types);
        create table doors as
        select
            *, row_number() over (order by street, house, flat nulls first) as uprn
        from streets, range(1, 31) as houses (house), unnest(
            case when house % 3 = 0 then [null, 1, 2, 3] else [null] end
        ) as flats (flat);
        create table gazetteer as
        select
            'E090000' || lpad((area + 1)::varchar, 2, '0') as borough_code, uprn,
            case when flat is not null then min(uprn) over (partition by street, house) end as parent_uprn,
            case when flat is not null then 'FLAT' end as sao_text, flat as sao_start_number,
            null as sao_start_suffix, null as pao_text, house as pao_start_number, null as pao_start_suffix,
            null as pao_end_number, name || ' ' || type as street_descriptor, null as locality,
            'LONDON' as town_name, postcode,
            case when flat is not null then 'RD06' when house % 3 = 0 then 'PP' else 'RD04' end as blpu_class,
            0 as status_rank
        from doors;
        create table asked as
        select
            md5(uprn::varchar) as address_key,
            'E090000' || lpad((area + 1)::varchar, 2, '0') as borough_code,
            concat(
                case draw % 5
                    when 0 then 'Flat ' || flat || ', ' when 1 then flat || '/'
                    when 2 then 'FLT ' || flat || ' ' when 3 then 'Apartment ' || flat || ', '
                    when 4 then 'F' || flat || ' '
                end,
                house, ' ',
                case when draw // 5 % 20 = 0 then name[:2] || name[4:] else name end, ' ',
                case when draw // 100 % 3 = 0 then type[1] || lower(type[2:]) else type end, ', London'
            ) as address,
            case when draw // 300 % 10 > 0 then postcode end as postcode,
            uprn
        from (select *, hash(uprn) as draw from doors where flat is not null or house % 3 > 0)
        order by hash(uprn, 1)
        limit {addresses + addresses // 100}
        """
    )


def _round(folder: Path, name: str, most: int) -> tuple[float, float]:
    """Seconds and peak megabytes of matching the first so many addresses."""
    command = [sys.executable, "-m", "citymart.bench.addresses", str(folder), str(most)]
    seconds, _, memory = run(command, folder)
    told = (folder / "told").read_text(encoding="utf-8")
    print(f"{name:<26}{seconds:>8.1f} s{memory:>8,.0f} MB  {told}", flush=True)
    return seconds, memory


def _match(folder: Path, most: int) -> None:
    from ..addresses.remembered import matches

    with duckdb.connect() as con:
        gazetteer = con.execute(f"from '{folder}/gazetteer.parquet'").to_arrow_table()
        asked = con.execute(
            f"select * exclude (uprn) from '{folder}/asked.parquet' limit {most}"
        ).to_arrow_table()
    with WORDS.open(encoding="utf-8", newline="") as file:
        words = pa.Table.from_pylist(list(csv.DictReader(file)))
    found = matches(asked, gazetteer, words, folder / "memory", with_library=True)
    with duckdb.connect() as con:
        con.register("found", found)
        right, wrong = con.execute(
            "select count(*) filter (found.uprn = asked.uprn), count(*) filter (found.uprn <> asked.uprn) "
            f"from found inner join '{folder}/asked.parquet' as asked using (address_key)"
        ).fetchone()
    (folder / "told").write_text(f"{right / most:.1%} right, {wrong:,} wrong", encoding="utf-8")


def main(arguments: Sequence[str] = ()) -> int:
    if arguments:
        _match(Path(arguments[0]), int(arguments[1]))
        return 0
    properties = int(os.environ.get("PROPERTIES", "1000000"))
    addresses = int(os.environ.get("ADDRESSES", "100000"))
    with tempfile.TemporaryDirectory(prefix="citymart-bench-") as name:
        folder = Path(name)
        with duckdb.connect() as con:
            city(con, properties, addresses)
            for table in ("gazetteer", "asked"):
                con.execute(f"copy {table} to '{folder}/{table}.parquet' (preserve_order true)")
            (count,) = con.execute("select count(*) from gazetteer").fetchone()
        print(f"{addresses:,} addresses and {count:,} properties in {AREAS} areas", flush=True)
        seconds, memory = _round(folder, "all addresses new", addresses)
        again, _ = _round(folder, "the same again", addresses)
        _round(folder, f"{addresses // 100:,} new beside them", addresses + addresses // 100)
    good = seconds < SECONDS and memory < MEGABYTES and again < AGAIN * seconds
    print(
        f"{'met' if good else 'MISSED'}: {seconds:.0f} s (under {SECONDS}), {memory:,.0f} MB"
        f" (under {MEGABYTES:,}), the same again {again / seconds:.1%} of it (under {AGAIN:.0%})",
        flush=True,
    )
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""What sharing costs: ten million pseudonyms, and disclosure control and its audit of a city of counts.

`ROWS=10000000 python -m citymart.bench.sharing` prints each beside a yardstick of this machine in the
same run: the plain SHA-256 of the same column.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date

import duckdb

from ..disclosure.audit import audit
from ..disclosure.control import control, shown
from ..disclosure.rules import Product
from ..sharing.hashed import hmac_sql, pads

SECONDS = 15
BOROUGHS, WARDS, COMBINATIONS = 33, 20, 60


def pseudonyms(rows: int) -> tuple[float, float]:
    """Seconds for as many keyed hashes, and for the plain hash of the same values."""
    inner, outer = pads(os.urandom(48))
    with duckdb.connect() as con:
        con.execute(
            "create table keys as select md5(i::varchar) as person_key from range(?) as t (i)", [rows]
        )
        begun = time.monotonic()
        con.execute(
            f"create table hashed as select {hmac_sql('person_key')} as h from keys",
            {"inner": inner, "outer": outer},
        )
        keyed = time.monotonic() - begun
        begun = time.monotonic()
        con.execute("create table plain as select sha256(person_key) as h from keys")
        return keyed, time.monotonic() - begun


def counts() -> tuple[float, float, float]:
    """Seconds to make counts of a city safe, seconds to audit them, and the share of figures shown."""
    with duckdb.connect() as con:
        cells = con.execute(
            f"""
            select
                'b' || b as borough, 'w' || b || '-' || w as ward, 'c' || c as combination,
                floor(pow(hash(b, w, c) % 100000 / 1e5, 6) * 900)::bigint as number
            from range({BOROUGHS}) as x (b), range({WARDS}) as y (w), range({COMBINATIONS}) as z (c)
            """
        ).to_arrow_table()
    margins = (
        ("borough", "ward", "combination"),
        ("borough", "ward"),
        ("borough", "combination"),
        ("borough",),
    )
    begun = time.monotonic()
    made = control(cells, [Product("service_overlap", margins)], data_date=date(2026, 10, 1))
    controlled = time.monotonic() - begun
    begun = time.monotonic()
    findings = audit(made, cells)
    assert findings == [], findings[:3]
    return controlled, time.monotonic() - begun, shown(made)


def main() -> int:
    rows = int(os.environ.get("ROWS", 10_000_000))
    keyed, plain = pseudonyms(rows)
    limit = SECONDS * rows / 10_000_000
    verdict = "met" if keyed < limit else "MISSED"
    print(f"{rows:,} keyed hashes: {keyed:.1f} s, {keyed / plain:.1f} times the plain SHA-256 of them")
    print(f"  bar: under {limit:.0f} s: {verdict}")
    controlled, audited, share = counts()
    cells = BOROUGHS * WARDS * COMBINATIONS
    print(f"{cells:,} counts under disclosure control: {controlled:.0f} s, audited in {audited:.0f} s,")
    print(f"  {share:.0%} of the figures shown, none can be narrowed")
    return verdict != "met"


if __name__ == "__main__":
    sys.exit(main())

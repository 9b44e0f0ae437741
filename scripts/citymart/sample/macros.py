"""How systems write dates, money and yes and no: SQL macros for the columns of a subject's file."""

from __future__ import annotations

import re

import duckdb

MACROS = {
    "dmy(d)": "strftime(d, '%d/%m/%Y')",
    "dmy2(d)": "strftime(d, '%d/%m/%y')",
    "mdy(d)": "strftime(d, '%m/%d/%Y')",
    "dmon(d)": "strftime(d, '%d-%b-%y')",
    "iso(d)": "strftime(d, '%Y-%m-%d')",
    "compact(d)": "strftime(d, '%Y%m%d')",
    "iso_time(t)": "strftime(t, '%Y-%m-%dT%H:%M:%S')",
    # The day number of spreadsheets, 1900 system.
    "serial(d)": "cast(d as date) - date '1899-12-30'",
    "money(m)": "cast(cast(m as decimal(18, 2)) as varchar)",
    "pounds(m)": "case when m < 0 then '-' else '' end || format('£{:,.2f}', abs(cast(m as double)))",
    "yn(b)": "case when b then 'Y' when not b then 'N' end",
    "yesno(b)": "case when b then 'Yes' when not b then 'No' end",
    "tf(b)": "case when b then 'true' when not b then 'false' end",
    '"bit"(b)': "case when b then '1' when not b then '0' end",
}
_BIT = re.compile(r"\bbit\s*\(", re.IGNORECASE)


def register(con: duckdb.DuckDBPyConnection) -> None:
    for signature, body in MACROS.items():
        con.execute(f"create or replace macro {signature} as {body}")


def callable_sql(expression: str) -> str:
    """`bit` is a type in SQL and must be quoted to be called."""
    return _BIT.sub('"bit"(', expression)

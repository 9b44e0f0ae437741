"""Scored pairs that are remembered from build to build: only new and changed records are compared.

A pair is kept with the records that it was made from (a digest of their features) and the frequencies of
names as of the first build, so that a later build scores a new pair as the first would have. These files can
be deleted: the next build compares all anew. (The keys beside them can't: they are the names of persons.)
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa

from ..disk import written_anew
from . import linking, model

GROWN = 2.0
"""When there are so many times the records of the first build, all is compared anew, with new frequencies."""


def pairs(features: pa.Table, folder: Path) -> pa.Table:
    """The pairs of `linking.pairs` of all `features`; what is not remembered in `folder` is scored and
    remembered.
    """
    with linking.connection() as con:
        con.register("features_given", features)
        con.execute(
            "create table features as select *, md5(features_given::varchar) as digest from features_given"
        )
        rules = _rules()
        anew = not _recall(con, folder, rules)
        if anew:
            linking.frequencies(con, "features")
            con.execute("create table held as select * from features limit 0")
            con.register("nothing", linking.PAIRS.empty_table())
            con.execute("create table remembered as select * from nothing")
        con.execute(
            "create table asked as"
            " select *, record_id not in (select record_id from held) as is_new from features"
        )
        (fresh, now) = con.execute("select count(*) filter (is_new), count(*) from asked").fetchone()
        found = linking.pairs(con, "asked", new_only=not anew) if fresh else linking.PAIRS.empty_table()
        con.register("found", found)
        con.execute("create table known as select * from remembered union all by name select * from found")
        if anew or fresh or now != _count(con, folder / "records.parquet"):
            _remember(con, folder, rules, with_frequencies=anew)
        return con.execute("select * from known order by record_id_l, record_id_r").to_arrow_table()


def _remember(con: duckdb.DuckDBPyConnection, folder: Path, rules: str, *, with_frequencies: bool) -> None:
    if with_frequencies:
        counted = " union all ".join(
            f"select '{name}' as what, {name} as value, tf_{name} as frequency from tf_{name}"
            for name in sorted(model.FREQUENT)
        )
        _write(con, f"{counted} order by all", folder / "frequencies.parquet")
    _write(con, f"select *, '{rules}' as rules from known order by all", folder / "pairs.parquet")
    # Last: a record that stands here has its pairs there, whenever a build is cut off.
    _write(con, "select record_id, digest from features order by all", folder / "records.parquet")


def _count(con: duckdb.DuckDBPyConnection, file: Path) -> int:
    (count,) = con.execute("select count(*) from read_parquet(?)", [str(file)]).fetchone()
    return count


def _rules() -> str:
    digest = hashlib.sha256(f"{duckdb.__version__}|{version('splink')}".encode())
    for file in (linking.FROZEN, model.__file__, linking.__file__):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()


def _recall(con: duckdb.DuckDBPyConnection, folder: Path, rules: str) -> bool:
    """Tables `held` (records that are as they were), `remembered` (their pairs) and the frequencies, if there
    is a memory that still counts.
    """
    files = [folder / f"{name}.parquet" for name in ("pairs", "frequencies", "records")]
    memory, counted, records = files
    if not all(file.exists() for file in files):
        return False
    try:
        con.execute(
            "create table held as select features.* from features"
            " inner join read_parquet(?) as before using (record_id, digest)",
            [str(records)],
        )
        con.execute(
            "create table remembered as select * exclude (rules) from read_parquet(?)"
            " where rules = ? and record_id_l in (select record_id from held)"
            " and record_id_r in (select record_id from held)",
            [str(memory), rules],
        )
        con.execute("create table counted as select * from read_parquet(?)", [str(counted)])
        (same, now) = con.execute(
            "select coalesce(bool_and(rules = ?), false), (select count(*) from features)"
            " from read_parquet(?)",
            [rules, str(memory)],
        ).fetchone()
        before = _count(con, records)
    except duckdb.Error:
        # A memory that can't be read is none.
        same, before, now = False, 0, 0
    if not same or now > GROWN * before:
        for name in ("held", "remembered", "counted"):
            con.execute(f"drop table if exists {name}")
        return False
    for column in sorted(model.FREQUENT):
        con.execute(
            f"""
            create table tf_{column} as
            select {column}, coalesce(frequency, least_frequency) as tf_{column}
            from (select distinct {column} from features where {column} is not null)
            left join (select value, frequency from counted where what = '{column}') on {column} = value
            cross join (select min(frequency) as least_frequency from counted where what = '{column}')
            """
        )
    return True


def _write(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    with written_anew(file) as fresh:
        con.execute(f"copy ({query}) to '{fresh}' (format parquet, compression zstd)")

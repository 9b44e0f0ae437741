"""Linkage that is remembered from build to build: only what is new, changed or gone is made again.

What a record says of itself (`int_person_names`) is kept as long as the record is as it was. What all
records together say (`int_person_population`) is found anew every time, and a record that it tells something
else of is taken for a changed one. Pairs and links are of two records that are as they were; persons
(`clusters`) are of a connected component of the links, and one that nothing has touched stays.

The frequencies of names are those of the first build, so that a later build scores a new pair as the first
would have; where they are of few records, or of far fewer than now, all is compared anew. All of it is one
file that can be deleted: the next build makes all anew. (The keys beside it can't: they are the names
of persons.)
"""

from __future__ import annotations

import hashlib
import shutil
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .. import at_rest
from ..errors import CityMartError
from . import clusters, linking, model, sql_models

FILE = "linkage.duckdb"
"""What the folder of persons remembers; it can be made again."""
GROWN = 1.25
"""When there are so many times the records of the first build, all is compared anew, with new frequencies."""
FEW = 5_000
"""So few records are compared anew each time, in seconds: each of them moves the frequencies of its names."""
AT_ONCE = 100_000
"""So many records are clustered at a time, or as many more as a component has."""
RECORD = (
    "record_id", "source", "sender", "title", "first_name", "middle_name", "surname", "name", "gender",
    "birth_date", "death_date", "address", "postcode", "uprn", "nhs_number", "nino", "phone", "email",
)  # fmt: skip
"""What of `int_person_records` a person is found by."""
TOLD = {
    "known name": "first_name",
    "rare name": "first_name || ' ' || surname",
    "rarest name": "first_name || ' ' || surname",
    "name of two": "first_name || ' ' || surname",
    "moved together": "concat_ws(' ', first_name, surname, postcode, array_to_string(door_numbers, ' '))",
    "month of a minor": "strftime(birth_date, '%Y-%m')",
    "adults only": "coalesce(source, '')",
    "people once": "coalesce(source, '')",
    **{what: f"{what}::varchar" for what in ("nhs_number", "nino", "phone", "email", "uprn", "door")},
}
"""What `int_person_population` tells of, and which records it is told of."""
MODELS = ("int_person_names", "int_person_population", "int_person_features", "int_person_links")
MADE = (*MODELS, "int_person_pairs", "int_person_clusters")


def table(name: str, records: pa.Table, variants: pa.Table, decisions: pa.Table, folder: Path) -> pa.Table:
    """One of `MADE`, as `link` makes it of records, first names that stand for others, and decisions."""
    with linking.connection() as con:
        con.register("int_person_records", records)
        con.register("first_name_variants", variants)
        con.register("person_decisions", decisions)
        link(con, folder)
        return con.execute(f"from {name}").to_arrow_table()


def link(con: duckdb.DuckDBPyConnection, folder: Path | None = None) -> None:
    """Views `int_person_names`, … (`MADE`) from the tables `int_person_records`, `first_name_variants` and
    `person_decisions`; what is remembered in `folder` is not made again.
    """
    is_new = _open(con, folder)
    # What is made on the way goes when all is done.
    con.execute("create schema work; set search_path = 'work,main'")
    is_changed = _compare_records(con)
    if is_changed and not is_new and _are_frequencies_others(con):
        is_new = _open(con, folder, anew=True)
        _compare_records(con)
    if is_changed or is_new:
        _make_features(con, is_new=is_new)
        _make_pairs(con, is_new=is_new)
        _make(con, "int_person_links", int_person_pairs="fresh_int_person_pairs", int_person_features="asked")
        _make_clusters(con)
        _remember(con, is_new=is_new)
    con.execute("set search_path = 'main'; drop schema work cascade")
    for name in MADE:
        con.execute(f"create or replace view {name} as from kept.{name}")


def _are_frequencies_others(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether names are as frequent now as they were in the first build can't be taken for granted."""
    (first, now) = con.execute("select first, (select count(*) from given) from kept.state").fetchone()
    return now <= FEW or now > GROWN * first


def _open(con: duckdb.DuckDBPyConnection, folder: Path | None, *, anew: bool = False) -> bool:
    """Attaches the memory as `kept`, an empty one if `anew`; says whether there is nothing in it that still
    counts.
    """
    con.execute("detach database if exists kept")
    if folder is None:
        con.execute("attach ':memory:' as kept")
        return _begin(con)
    folder.mkdir(parents=True, exist_ok=True)
    file, spill = folder / FILE, folder / f"{FILE}.spill"
    shutil.rmtree(spill, ignore_errors=True)
    con.execute(f"set temp_directory = '{spill}'")
    if file.exists():
        try:
            at_rest.attach(con, file, "kept", read_only=False)
            (rules,) = con.execute("select rules from kept.state").fetchone()
            if rules == _rules(con) and not anew:
                return False
        except (duckdb.Error, CityMartError, TypeError):
            pass  # a memory that can't be read is none
        con.execute("detach database if exists kept")
        for path in (file, Path(f"{file}.wal")):
            path.unlink(missing_ok=True)
    at_rest.attach(con, file, "kept", read_only=False)
    return _begin(con)


def _begin(con: duckdb.DuckDBPyConnection) -> bool:
    """Empty tables of the memory."""
    con.register("no_pairs", linking.PAIRS.empty_table())
    con.execute(
        """
        create table kept.records (record_id varchar, digest ubigint);
        create table kept.frequencies (what varchar, value varchar, frequency double);
        create table kept.state (rules varchar, first bigint);
        create table kept.decisions (record_id_l varchar, record_id_r varchar, decision varchar);
        create table kept.int_person_pairs as from no_pairs;
        create table kept.int_person_clusters (record_id varchar, cluster_id varchar, is_undecided boolean)
        """
    )
    for name in MODELS:
        query = sql_models.rendered(name, lambda ref: f"kept.{ref}" if ref in MADE else ref)
        con.execute(f"create table kept.{name} as from ({query}) limit 0")
    return True


def _compare_records(con: duckdb.DuckDBPyConnection) -> bool:
    """Tables `given` (all records now, with a digest), `came` (new or changed), `gone` (changed or gone), and
    `decided` (decisions that are made or taken back); says whether there is anything in them.
    """
    con.execute(
        f"""
        create or replace view decisions as
        select record_id_l::varchar as record_id_l, record_id_r::varchar as record_id_r,
            decision::varchar as decision from person_decisions;
        create or replace table given as
        select record_id, hash({", ".join(RECORD)}) as digest from int_person_records;
        create or replace table came as
        select record_id from given anti join kept.records using (record_id, digest);
        create or replace table gone as
        select record_id from kept.records anti join given using (record_id, digest);
        create or replace table decided as
        (from kept.decisions except from decisions) union (from decisions except from kept.decisions)
        """
    )
    (changes,) = con.execute(
        "select (select count(*) from came) + (select count(*) from gone) + (select count(*) from decided)"
    ).fetchone()
    return changes > 0


def _make_features(con: duckdb.DuckDBPyConnection, *, is_new: bool) -> None:
    """Tables `fresh_…` of names, population and features; `stale` and `arrived` are `gone` and `came` with
    the records of which the population tells something else than before.
    """
    _make(
        con,
        "int_person_names",
        int_person_records="(from int_person_records semi join came using (record_id))",
    )
    con.execute(
        """
        create view names_now as
        from kept.int_person_names anti join gone using (record_id)
        union all by name from fresh_int_person_names
        """
    )
    _make(con, "int_person_population", int_person_names="names_now")
    con.execute(
        """
        create table told_otherwise as
        (from fresh_int_person_population except from kept.int_person_population)
        union (from kept.int_person_population except from fresh_int_person_population)
        """
    )
    told = " union ".join(
        f"select record_id from kept.int_person_names where {value} in"
        f" (select of_value from told_otherwise where what = '{what}')"
        for what, value in TOLD.items()
    )
    con.execute(
        f"""
        create table told as from ({told}) anti join gone using (record_id);
        create table stale as from gone union all from told;
        create table arrived as from came union all from told
        """
    )
    _make(
        con,
        "int_person_features",
        int_person_names="fresh_int_person_names"
        if is_new
        else "(from names_now semi join arrived using (record_id))",
        int_person_population="fresh_int_person_population",
    )
    con.execute(
        """
        create view features_now as
        from kept.int_person_features anti join stale using (record_id)
        union all by name from fresh_int_person_features
        """
    )


def _make_pairs(con: duckdb.DuckDBPyConnection, *, is_new: bool) -> None:
    """Tables `asked` (features of what has arrived and of all that a rule brings together with it) and
    `fresh_int_person_pairs`.
    """
    if is_new:
        con.execute("create view asked as from fresh_int_person_features")
        linking.frequencies(con, "asked")
        linking.pairs(con, "asked", "fresh_int_person_pairs")
        return
    near = " union all ".join(
        f"select l.record_id from kept.int_person_features as l"
        f" semi join fresh_int_person_features as r on {rule}"
        for rule in model.BLOCKS
    )
    con.execute(
        f"""
        create table near as select distinct record_id from ({near} union all from arrived);
        create table asked as
        select *, record_id in (from arrived) as is_new from features_now semi join near using (record_id)
        """
    )
    for column in sorted(model.FREQUENT):
        con.execute(
            f"""
            create table tf_{column} as
            select {column}, coalesce(frequency, least_frequency) as tf_{column}
            from (select distinct {column} from asked where {column} is not null)
            left join (select value, frequency from kept.frequencies where what = '{column}')
                on {column} = value
            cross join
                (select min(frequency) as least_frequency from kept.frequencies where what = '{column}')
            """
        )
    linking.pairs(con, "asked", "fresh_int_person_pairs", new_only=True)


def _make_clusters(con: duckdb.DuckDBPyConnection) -> None:
    """Tables `again` (records whose component was touched) and `fresh_int_person_clusters`."""
    con.execute(
        """
        create view links_now as
        select * from kept.int_person_links
        where record_id_l not in (from stale) and record_id_r not in (from stale)
        union all by name
        select * from fresh_int_person_links;

        create table joined as
        select hash(record_id_l) as l, hash(record_id_r) as r
        from (
            from kept.int_person_links union all by name from fresh_int_person_links
        ) where decision = 'link'
        union all
        select hash(record_id_l), hash(record_id_r)
        from (
            from kept.decisions union all by name from decisions
        ) where decision = 'link';

        create table touched as
        select record_id from stale
        union select record_id from arrived
        union select unnest([record_id_l, record_id_r]) from decided
        """
    )
    con.register("components_found", _components(con))
    con.execute(
        """
        create table again as
        select record_id, component
        from given left join components_found on hash(record_id) = node
        where record_id in (from touched)
            or component in (
                select component from components_found
                where node in (select hash(record_id) from touched)
            );
        create table fresh_int_person_clusters as
        select record_id, record_id as cluster_id, false as is_undecided from again where component is null
        """
    )
    decisions = con.execute("from decisions").to_arrow_table()
    (batches,) = con.execute("select count(component) // ? + 1 from again", [AT_ONCE]).fetchone()
    for batch in range(batches):
        con.execute(
            f"""
            create or replace table these as
            select record_id from again where component % {batches} = {batch}
            """
        )
        features = con.execute(
            f"select {', '.join(clusters.Record._fields)} from features_now where record_id in (from these)"
        ).to_arrow_table()
        links = con.execute(
            "select record_id_l, record_id_r, match_weight, decision, is_same_number from links_now"
            " where decision = 'link' and record_id_l in (from these)"
        ).to_arrow_table()
        con.register("persons", clusters.clustered(features, links, decisions))
        con.execute("insert into fresh_int_person_clusters by name from persons")


def _components(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """`node, component` of the records of `joined`; each is a hash of its id: two with one hash share a
    component, which only makes it larger.
    """
    sides = con.execute("select l, r from joined").fetchnumpy()
    count = len(sides["l"])
    at, nodes = pd.factorize(np.concatenate([sides["l"], sides["r"]]))
    edges = coo_array((np.ones(count, np.int8), (at[:count], at[count:])), shape=(len(nodes), len(nodes)))
    component = connected_components(edges, directed=False)[1] if count else np.zeros(0, np.int32)
    return pa.table({"node": pa.array(nodes, pa.uint64()), "component": component})


def _remember(con: duckdb.DuckDBPyConnection, *, is_new: bool) -> None:
    """All at once, so that a build that is cut off has changed nothing."""
    con.execute("begin")
    if is_new:
        for column in sorted(model.FREQUENT):
            con.execute(
                f"insert into kept.frequencies select '{column}', {column}, tf_{column} from tf_{column}"
            )
        con.execute("insert into kept.state select ?, count(*) from given", [_rules(con)])
    for name, by, gone in (
        ("int_person_names", "record_id", "gone"),
        ("int_person_features", "record_id", "stale"),
        ("int_person_pairs", "record_id_l", "stale"),
        ("int_person_pairs", "record_id_r", "stale"),
        ("int_person_links", "record_id_l", "stale"),
        ("int_person_links", "record_id_r", "stale"),
        ("int_person_clusters", "record_id", "stale"),
        ("int_person_clusters", "record_id", "(select record_id from again)"),
        ("records", "record_id", "gone"),
    ):
        con.execute(f"delete from kept.{name} where {by} in (from {gone})")
    con.execute(
        """
        delete from kept.int_person_population;
        delete from kept.decisions;
        insert into kept.decisions from decisions;
        insert into kept.records from given semi join came using (record_id)
        """
    )
    for name in MADE:
        con.execute(f"insert into kept.{name} by name from fresh_{name}")
    con.execute("commit")


def _make(con: duckdb.DuckDBPyConnection, name: str, **tables: str) -> None:
    """Table `fresh_…` of a model, over other tables than it refers to."""
    con.execute(f"create table fresh_{name} as {sql_models.rendered(name, lambda ref: tables.get(ref, ref))}")


def _rules(con: duckdb.DuckDBPyConnection) -> str:
    digest = hashlib.sha256(f"{duckdb.__version__}|{version('splink')}".encode())
    for file in (linking.FROZEN, model.__file__, linking.__file__, clusters.__file__, __file__):
        digest.update(Path(file).read_bytes())
    for name in MODELS:
        digest.update(sql_models.rendered(name).encode())
    (variants,) = con.execute(
        "select coalesce(md5(string_agg(pair, ',' order by pair)), '')"
        " from (select first_name || '|' || variant_of as pair from first_name_variants)"
    ).fetchone()
    digest.update(variants.encode())
    return digest.hexdigest()

"""How right linkage is, on records of which somebody knows the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ..errors import CityMartError, UsageError
from ..home import PROJECT
from . import linking, remembered, sql_models
from .clusters import DECISIONS

REQUIRED = ("record_id", "person_id")
TEXTS = ("source", "borough", "title", "first_name", "middle_name", "surname", "gender", "address")
GROUPS = {
    "kind": "kind of dirt",
    "source": "source",
    "name_group": "group of names",
    "birth_date": "date of birth",
    "moved": "address",
}
VARIANTS = PROJECT / "seeds" / "people" / "first_name_variants.csv"


@dataclass(frozen=True)
class Pairs:
    """Pairs of records: those of one person, those that were joined, and those that were joined rightly."""

    true: int
    found: int
    right: int

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.true if self.true else None

    def document(self) -> dict[str, Any]:
        return {**self.__dict__, "precision": self.precision, "recall": self.recall}


@dataclass(frozen=True)
class Evaluation:
    """`pairs` over the final clusters; `whole_clusters` those that hold exactly the records of a person; `by`
    the pairs by what is known of the records.
    """

    records: int
    persons: int
    clusters: int
    whole_clusters: int
    pairs: Pairs
    review: int
    by: dict[str, dict[str, Pairs]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {
            "records": self.records,
            "persons": self.persons,
            "clusters": self.clusters,
            "precision": self.pairs.precision,
            "recall": self.pairs.recall,
            "cluster_precision": self.whole_clusters / self.clusters if self.clusters else None,
            "cluster_recall": self.whole_clusters / self.persons if self.persons else None,
            "pairs": self.pairs.document(),
            "review": self.review,
            "by": {
                name: {key: pairs.document() for key, pairs in of.items()} for name, of in self.by.items()
            },
        }


def evaluate(labelled: Path, *, answers: Path | None = None) -> Evaluation:
    """Links the records of a CSV or Parquet file (columns: `citymart evaluate people --help`) and compares.

    Raises `UsageError` for a file that is not there or lacks a column, `CityMartError` for one that can't be
    read.
    """
    with linking.connection() as con:
        take(con, labelled)
        link(con)
        found = compare(con)
        if answers is not None:
            con.execute(
                f"copy (select record_id, cluster_id, person_id from clustered order by 1) to '{answers}'"
            )
    return found


def take(con: duckdb.DuckDBPyConnection, labelled: Path) -> None:
    """Tables `labelled` as it came and `int_person_records` of a labelled file."""
    if not labelled.is_file():
        raise UsageError(f"There is no file {labelled}.")
    reader = "read_csv(?, all_varchar = true)" if labelled.suffix.lower() != ".parquet" else "read_parquet(?)"
    try:
        con.execute(f"create table labelled as select * from {reader}", [str(labelled)])
    except duckdb.Error as error:
        raise CityMartError(f"{labelled} can't be read: {str(error).splitlines()[0]}") from None
    columns = {row[0].lower() for row in con.execute("describe labelled").fetchall()}
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise UsageError(f"{labelled} lacks the column {missing[0]}: it needs {' and '.join(REQUIRED)}.")

    def text(name: str) -> str:
        return f"nullif(trim(cast({name} as varchar)), '')" if name in columns else "null::varchar"

    macros = sql_models.macros()
    con.execute(
        f"""
        create table int_person_records as
        select
            cast(record_id as varchar) as record_id,
            {", ".join(f"{text(name)} as {name}" for name in TEXTS)},
            {text("name")} as name,
            {text("borough")} as sender,
            {macros.parse_date(text("dob"))} as birth_date,
            null::date as death_date,
            coalesce(
                {macros.parse_postcode(text("postcode"))}, {macros.find_postcode(text("address"))}
            ) as postcode,
            {macros.parse_uprn(text("uprn"))} as uprn,
            {macros.parse_nhs_number(text("nhs_number"))} as nhs_number,
            {macros.parse_nino(text("nino"))} as nino,
            {macros.parse_phone(text("phone"))} as phone,
            {macros.parse_email(text("email"))} as email
        from labelled
        """
    )
    (records, different) = con.execute(
        "select count(*), count(distinct record_id) from int_person_records"
    ).fetchone()
    if records != different:
        raise CityMartError(
            f"{labelled}: {records - different:,} records have a record_id that stands there already."
        )


def link(con: duckdb.DuckDBPyConnection, memory: Path | None = None) -> None:
    """What `remembered.link` makes of the table `int_person_records`; with a folder for `memory` only what is
    not remembered there.
    """
    con.execute(f"create table first_name_variants as select * from read_csv('{VARIANTS}', header = true)")
    con.register("person_decisions", DECISIONS.empty_table())
    remembered.link(con, memory)


def compare(con: duckdb.DuckDBPyConnection) -> Evaluation:
    """The clusters of `int_person_clusters` against the persons of `labelled`."""
    columns = {row[0].lower() for row in con.execute("describe labelled").fetchall()}
    given = [name for name in ("kind", "source", "name_group") if name in columns]
    con.execute(
        f"""
        create table clustered as
        select
            record_id, cluster_id, cast(labelled.person_id as varchar) as person_id,
            {"".join(f"coalesce(cast(labelled.{name} as varchar), '') as {name}, " for name in given)}
            case when features.birth_date is null then 'without' else 'with' end as birth_date,
            case when features.uprn is null and features.door is null then 'none'
                when coalesce(features.uprn::varchar, features.door)
                    = mode(coalesce(features.uprn::varchar, features.door))
                        over (partition by labelled.person_id)
                then 'usual' else 'other' end as moved
        from int_person_clusters
        inner join (select * replace (cast(record_id as varchar) as record_id) from labelled) as labelled
            using (record_id)
        inner join int_person_features as features using (record_id)
        """
    )
    (records, persons, count) = con.execute(
        "select count(*), count(distinct person_id), count(distinct cluster_id) from clustered"
    ).fetchone()
    (whole,) = con.execute(
        "select count(*) from ("
        " select cluster_id, count(*) as n, any_value(person_id) as person_id from clustered"
        " group by cluster_id having count(distinct person_id) = 1) as c"
        " inner join (select person_id, count(*) as n from clustered group by person_id) as p"
        " using (person_id, n)"
    ).fetchone()
    (review,) = con.execute("select count(*) from int_person_links where decision = 'review'").fetchone()
    by = {
        GROUPS[name]: _by(con, name)
        for name in GROUPS if name in given or name in ("birth_date", "moved")
    }  # fmt: skip
    return Evaluation(records, persons, count, whole, _pairs(con), review, by)


def _pairs(con: duckdb.DuckDBPyConnection) -> Pairs:
    def of(columns: Sequence[str]) -> int:
        (count,) = con.execute(
            "select coalesce(sum(n * (n - 1) / 2), 0)::bigint from"
            f" (select count(*) as n from clustered group by {', '.join(columns)})"
        ).fetchone()
        return count

    return Pairs(of(["person_id"]), of(["cluster_id"]), of(["person_id", "cluster_id"]))


def _by(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Pairs]:
    """The pairs in which a record of each value takes part."""
    rows = con.execute(
        f"""
        select
            {name}, sum(persons.n - 1)::bigint as true_pairs, sum(found.n - 1)::bigint as found_pairs,
            sum(rights.n - 1)::bigint as right_pairs
        from clustered
        inner join (select person_id, count(*) as n from clustered group by all) as persons using (person_id)
        inner join (select cluster_id, count(*) as n from clustered group by all) as found using (cluster_id)
        inner join (select person_id, cluster_id, count(*) as n from clustered group by all) as rights
            using (person_id, cluster_id)
        group by all order by all
        """
    ).fetchall()
    return {key: Pairs(*counts) for key, *counts in rows}

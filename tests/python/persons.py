"""Comparing two marts of the same records where people are concerned: their keys are random."""

from __future__ import annotations

from pathlib import Path

import duckdb

OF_PERSONS = {
    *("int_person_pairs", "int_person_links", "int_person_clusters", "int_person_keys"),
    *("int_person_key_history", "person_key_history", "person_links", "person_review"),
    *("dim_person", "fct_service_use", "household_profile", "service_overlap"),
    *("int_record_persons", "int_person_coverage", "int_person_groups"),
    *("match_coverage", "match_coverage_by_group"),
}
"""The tables that rest on the key of a person, or on how often a name was met in the first build."""


def share_of_same_persons(one: Path, other: Path) -> float:
    """Of the records of two databases, the share whose person has the same records in both."""
    with duckdb.connect() as con:
        for name, file in (("one", one), ("other", other)):
            con.execute(f"attach '{file}' as {name} (read_only)")
            con.execute(
                f"create table of_{name} as select record_id, list(record_id order by record_id)"
                f" over (partition by person_key) as person from {name}.conformed.int_person_keys"
            )
        (share,) = con.execute(
            "select avg((of_one.person is not distinct from of_other.person)::int)"
            " from of_one full join of_other using (record_id)"
        ).fetchone()
    return share

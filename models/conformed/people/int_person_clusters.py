"""One row a record of a person: the group of records that are that person, before it has its key."""


def model(dbt, session):
    dbt.config(materialized="table")

    from citymart.home import Home
    from citymart.people.remembered import RECORD, table

    # one after the other: what made the pairs has made the persons, too, and remembers them
    dbt.ref("int_person_links")
    return table(
        "int_person_clusters",
        dbt.ref("int_person_records").project(", ".join(RECORD)).to_arrow_table(),
        dbt.ref("first_name_variants").to_arrow_table(),
        dbt.ref("person_decisions").to_arrow_table(),
        Home.at().root / "people",
    )

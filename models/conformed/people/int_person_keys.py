"""One row a record of a person: the key of the person, which stays the same from build to build."""


def model(dbt, session):
    dbt.config(materialized="table")

    from citymart.home import Home
    from citymart.people.keys import keyed

    return keyed(dbt.ref("int_person_clusters").to_arrow_table(), Home.at().root / "people")

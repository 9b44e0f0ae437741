"""One row a record of a person: the group of records that are that person, before it has its key."""


def model(dbt, session):
    dbt.config(materialized="table")

    from citymart.people.clusters import clustered

    return clustered(
        dbt.ref("int_person_features").to_arrow_table(),
        dbt.ref("int_person_links").to_arrow_table(),
        dbt.ref("person_decisions").to_arrow_table(),
    )

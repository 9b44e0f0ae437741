"""One row a pair of records of people that may be one person, with the weight of the evidence (Splink)."""


def model(dbt, session):
    # dbt's connection is not used: Splink refuses it, and its temporary tables would stay behind.
    dbt.config(materialized="table")

    from citymart.home import Home
    from citymart.people.remembered import pairs

    return pairs(dbt.ref("int_person_features").to_arrow_table(), Home.at().root / "people")

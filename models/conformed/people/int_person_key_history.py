"""One row what happened to a key of a person, as the registry has it."""


def model(dbt, session):
    dbt.config(materialized="table")

    from citymart.home import Home
    from citymart.people.keys import history

    # the keys of this build come first
    dbt.ref("int_person_keys")
    return history(Home.at().root / "people")

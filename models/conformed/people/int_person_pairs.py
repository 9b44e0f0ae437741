"""One row a pair of records of people that may be one person, with the weight of the evidence (Splink)."""


def model(dbt, session):
    # dbt's connection is not used: Splink refuses it, and its temporary tables would stay behind.
    dbt.config(materialized="table")

    from citymart.home import Home
    from citymart.people.remembered import RECORD, table

    # what is compared: made here from the records by the same SQL, but only for those that are new
    dbt.ref("int_person_features")
    return table(
        "int_person_pairs",
        dbt.ref("int_person_records").project(", ".join(RECORD)).to_arrow_table(),
        dbt.ref("first_name_variants").to_arrow_table(),
        dbt.ref("person_decisions").to_arrow_table(),
        Home.at().root / "people",
    )

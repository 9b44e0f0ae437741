"""One row a model of unlicensed houses in multiple occupation and feature: how much it weighs."""


def model(dbt, session):
    dbt.config(materialized="table")

    from citymart.hmo.training import weights

    return weights(dbt.ref("int_hmo_inputs").filter("has_outcome is not null").to_arrow_table())

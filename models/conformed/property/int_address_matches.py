"""One row an address as a provider writes it: the property that it means, and how that is known."""

import os


def model(dbt, session):
    # dbt's connection is not used: Splink refuses it, and its temporary tables would stay behind.
    dbt.config(materialized="table")

    from citymart.addresses.remembered import matches
    from citymart.home import Home

    return matches(
        dbt.ref("int_addresses").to_arrow_table(),
        dbt.ref("int_gazetteer_addresses").to_arrow_table(),
        dbt.ref("address_words").to_arrow_table(),
        Home.at().root / "matches",
        with_library=os.environ.get("CITYMART_ADDRESS_LIBRARY", "on") != "off",
    )

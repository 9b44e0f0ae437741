"""A column that is lost or of another type breaks what others have built: it needs a new MAJOR version."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ..errors import CityMartError
from ..hashing import literal


def require_no_break(before: Path, now: Path) -> None:
    """Compare the products of the current release's file with those of the next one's.

    By Semantic Versioning 2.0.0: what is lost or is of another type needs a higher MAJOR; what is added does
    not. A file without a catalogue is compared with nothing.

    Raises `CityMartError` with each product that breaks without one, its columns, and the way out.
    """
    with duckdb.connect() as con:
        for name, path in (("before", before), ("now", now)):
            con.execute(f"attach {literal(path)} as {name}_ (read_only)")
        try:
            found = con.execute(BROKEN).fetchall()
        except duckdb.CatalogException:
            return
    if found:
        told = "; ".join(
            f"{product} ({version}): {', '.join(columns)}" for product, version, columns in found
        )
        raise CityMartError(
            f"the columns of products that others rely on are no more what they were: {told}. Bring"
            " them back, or add a line with a higher MAJOR version for each of these products to"
            " seeds/market/release_notes.csv. Nothing was published"
        )


BROKEN = """
select
    product,
    before_products.version,
    list(
        column_name || case
            when now_columns.column_name is null then ' is gone'
            else ' was ' || before_columns.data_type || ' and is ' || now_columns.data_type
        end
        order by before_columns.position
    )
from before_.market.product_columns as before_columns
inner join before_.market.products as before_products using (product)
inner join now_.market.products as now_products using (product)
left join now_.market.product_columns as now_columns using (product, column_name)
where
    now_columns.data_type is distinct from before_columns.data_type
    and split_part(now_products.version, '.', 1)::int <= split_part(before_products.version, '.', 1)::int
group by all
order by all
"""

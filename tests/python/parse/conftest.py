"""What the tests of the parse macros share: the macros as functions and a way to ask what they give."""

import duckdb
import pytest
from citymart.people import sql_models


@pytest.fixture(scope="session")
def macros():
    """All macros in one namespace, each a function from SQL expressions to an SQL expression.

    They call nothing of dbt's, so that plain Jinja renders them as dbt does, without a dbt run.
    """
    return sql_models.macros()


@pytest.fixture(scope="session")
def answers():
    """`answers(sql, rows)`: what the SQL expression gives for each row, a dictionary of text by column."""
    with duckdb.connect(config={"threads": 1}) as connection:

        def ask(sql, rows):
            columns = list(rows[0])
            slots = ", ".join(f"unnest(?::varchar[]) as {column}" for column in columns)
            values = [[row[column] for row in rows] for column in columns]
            found = connection.execute(f"select {sql} from (select {slots})", values).fetchall()
            return [row[0] for row in found]

        yield ask

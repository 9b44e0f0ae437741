"""Three questions to ask of a fresh mart, as commands that work when they are pasted."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import duckdb

from citymart.home import PROJECT


@dataclass(frozen=True)
class Question:
    """A question and its answer in SQL of lines short enough for a terminal."""

    question: str
    sql: str


# In the order of preference: the first three whose tables have rows are shown.
QUESTIONS = (
    Question(
        "Which doors should the inspectors of each borough knock on first, and why?",
        """\
select borough_name as borough, address[:28] as address, reason_1 as why
from marts.hmo_candidates inner join marts.dim_borough
    using (borough_code)
where rank_in_borough <= 3
order by borough_name, rank_in_borough""",
    ),
    Question(
        "Which homes are empty for council tax, and have electors?",
        """\
select borough_code, count(*) as homes, sum(electors) as electors,
    max(council_tax_as_of_date) as as_of_date
from marts.property_profile
where is_empty_for_council_tax and electors > 0
group by all
order by homes desc""",
    ),
    Question(
        "Which suppliers do most authorities pay, and how much in all?",
        """\
select supplier_name, paid_by_providers, payments, net_amount
from marts.dim_supplier
order by paid_by_providers desc, net_amount desc
limit 10""",
    ),
    Question(
        "Where is there brownfield land for homes?",
        """\
select reported_by_name, count(*) as sites,
    round(sum(hectares), 1) as hectares,
    sum(min_net_dwellings) as dwellings
from marts.fct_brownfield_sites
where is_best_source
group by all
order by dwellings desc nulls last
limit 10""",
    ),
    Question(
        "What should each provider mend first in what it sends?",
        """\
select provider_code, subject, field, issue_type, count(*) as records
from market.data_issues
group by all
order by records desc
limit 10""",
    ),
    Question(
        "How long do planning decisions take?",
        """\
select provider_code, count(*) as applications,
    median(days_to_decision) as median_days
from marts.fct_planning_applications
group by all
order by median_days""",
    ),
    Question(
        "Who has sent what, and until when?",
        """\
select subject, provider_name, newest_as_of_date, landed_rows
from market.coverage
where state = 'received'
order by all""",
    ),
)


def questions(database: Path, *, shown_as: Path, wanted: int = 3) -> list[dict[str, str]]:
    """The first questions that the database can answer with at least a row: question, sql and command."""
    with duckdb.connect(str(database), read_only=True) as con:
        answerable = [q for q in QUESTIONS if _has_answer(con, q)]
    return [
        {"question": q.question, "sql": q.sql, "command": command(q.sql, shown_as)}
        for q in answerable[:wanted]
    ]


def command(sql: str, database: Path) -> str:
    """A shell command that asks the project's own Python, from the folder one is in."""
    python = shlex.quote(_near(PROJECT / ".venv" / "bin" / "python"))
    code = (
        f'import duckdb\nduckdb.connect("{_near(database)}",\n    read_only=True).sql("""\n{sql}\n""").show()'
    )
    return f"{python} -c {shlex.quote(code)}"


def _has_answer(con: duckdb.DuckDBPyConnection, question: Question) -> bool:
    try:
        return con.execute(question.sql).fetchone() is not None
    except duckdb.CatalogException:
        return False


def _near(path: Path) -> str:
    """The path from the current folder if that is the shorter way to write it."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)

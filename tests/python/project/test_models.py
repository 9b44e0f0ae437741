"""A model says the same whenever it is built: what has not changed is not made again (decision 19)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

OUTSIDE = re.compile(
    r"\b(current_(?:date|time|timestamp|localtime(?:stamp)?)\b|(?:now|today|get_current_\w+|random|setseed|uuid\w*|"
    r"gen_random_uuid|getenv|getvariable|glob|read_(?:csv\w*|json\w*|ndjson\w*|parquet|text|blob|xlsx)|"
    r"st_read\w*|parquet_scan)\s*\(|run_started_at|invocation_id|"
    r"modules\.datetime\.\w+\.(?:now|today)|tablesample|using\s+sample)",
    re.IGNORECASE,
)


def without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*|\{#.*?#\}|/\*.*?\*/", "", sql, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("sql", "is_told"),
    [
        ("select now ()", True),
        ("where d < CURRENT_DATE", True),
        ("from read_csv('x')", True),
        ("{{ run_started_at }}", True),
        ("select knowntoday, is_current_date_known -- now()", False),
    ],
)
def test_what_would_make_a_model_say_something_else_tomorrow_is_seen(sql: str, is_told: bool) -> None:
    assert bool(OUTSIDE.search(without_comments(sql))) is is_told


def test_no_model_asks_the_clock_chance_or_a_file(project: Path) -> None:
    files = [*project.glob("models/**/*.sql"), *project.glob("macros/**/*.sql")]
    told = {
        file.relative_to(project).as_posix(): found[0]
        for file in files
        if "materializations" not in file.parts
        if (found := OUTSIDE.search(without_comments(file.read_text(encoding="utf-8"))))
    }
    assert len(files) > 200
    assert told == {}

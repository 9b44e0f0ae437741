"""The YAML says nothing that dbt does not understand: a misspelt key would disable a test in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

STRICT_PARSE = """
import sys
import dbt.jsonschemas.jsonschemas as schemas
schemas._JSONSCHEMA_SUPPORTED_ADAPTERS.add("duckdb")
from dbt.cli.main import dbtRunner
from dbt.events.types import *
seen = []
runner = dbtRunner(callbacks=[lambda event: seen.append(event) if "Deprecat" in event.info.name else None])
result = runner.invoke(sys.argv[1:])
for event in seen:
    print(event.info.msg)
sys.exit(0 if result.success and not seen else 1)
"""


def strict_parse(project: Path, home: Path) -> subprocess.CompletedProcess[str]:
    arguments = ["-q", "--log-level-file", "none", "parse", "--no-partial-parse", "--show-all-deprecations"]
    arguments += [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(home / "t"),
    ]
    environment = os.environ | {
        "CITYMART_HOME": str(home),
        "PYTHONPATH": str(project / "scripts"),
        "DO_NOT_TRACK": "1",
    }
    return subprocess.run(
        [sys.executable, "-c", STRICT_PARSE, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=home,
        check=False,
    )


def test_the_project_parses_without_a_deprecation_or_an_unknown_key(project: Path, tmp_path: Path) -> None:
    result = strict_parse(project, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr

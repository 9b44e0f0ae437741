"""What the project rests on: each package's licence is on a list, and nothing is fetched while it runs."""

from __future__ import annotations

import ast
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from citymart import at_rest

ALLOWED = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT",
    "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip
"""Names of SPDX, and `BSD` where a package does not say which."""
IN_WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
KNOWN = {
    "igraph": "GPL-2.0-or-later; Splink names it, and it is installed beside this project and not part of it",
    "text-unidecode": "Artistic-1.0 or GPL at the user's choice; python-slugify of dbt's agate uses it",
    "tzdata": "Apache-2.0; for Windows alone, so not installed here",
}
"""Packages whose licence was looked at by a person, and why they stay."""
FETCHING = {
    "aiohttp", "boto3", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "telnetlib",
    "urllib.request", "urllib3", "xmlrpc",
}  # fmt: skip
"""Modules that ask something of the network."""
RUN = {"git"}
"""Other programs that the project starts: with their arguments they ask nothing of the network."""


def locked(project: Path) -> list[str]:
    text = (project / "requirements.lock").read_text(encoding="utf-8")
    return sorted({match[1] for match in re.finditer(r"^([\w.-]+)==", text, re.MULTILINE)})


def licences(package: str) -> set[str]:
    """The licences that a package says it has, by their names in SPDX; other words as they are."""
    said = metadata(package)
    if expression := said.get("License-Expression"):
        return set(re.split(r" AND | OR ", re.sub(r"[()]", "", expression)))
    classes = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License ::")
    ]
    words = classes or (said.get("License") or "it says none").splitlines()[:1]
    return {part for each in words for part in IN_WORDS.get(each, each).split(" AND ")}


def test_every_locked_package_has_a_licence_that_is_allowed(project):
    names = locked(project)
    assert len(names) > 100
    unknown = {}
    for name in names:
        if name in KNOWN:
            continue
        try:
            found = licences(name)
        except PackageNotFoundError:
            found = {"it is not installed: make setup"}
        if found - ALLOWED:
            unknown[name] = sorted(found - ALLOWED)
    assert unknown == {}, "look at the licence, then add it to ALLOWED or the package to KNOWN"
    assert set(KNOWN) <= set(names), "a package that is looked at is locked no more"


def sources(project: Path) -> list[Path]:
    return sorted((project / "scripts").rglob("*.py")) + sorted((project / "models").rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    """All that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return names


def test_no_module_asks_anything_of_the_network(project):
    files = sources(project)
    assert len(files) > 100
    asking = {
        str(file.relative_to(project)): sorted(found)
        for file in files
        if (found := imported(ast.parse(file.read_text(encoding="utf-8"))) & FETCHING)
    }
    assert asking == {}


def test_no_other_program_is_started_but_those_that_are_known(project):
    started = set()
    for file in sources(project):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("subprocess."):
                continue
            command = node.args[0]
            first = ast.unparse(command.elts[0]) if isinstance(command, ast.List) else ast.unparse(command)
            started.add(first)
    assert started <= RUN | {"sys.executable", "command"}, started


@pytest.mark.parametrize("folder", ["scripts", "models", "macros", "analyses", "tests"])
def test_no_extension_of_duckdb_is_installed_and_nothing_read_from_an_address(project, folder):
    files = [path for kind in ("*.py", "*.sql", "*.yml") for path in (project / folder).rglob(kind)]
    assert files
    wrong = re.compile(
        r"""(?i)["'](force\s+)?install\s+\w+|(read_\w+|from)\s*\(?\s*["'](https?|s3|gs|hf)://"""
    )
    here = Path(__file__).name
    found = {
        f"{path.relative_to(project)}: {match[0]}"
        for path in files
        if path.name != here
        for match in wrong.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_a_connection_that_records_go_through_never_fetches_an_extension(project):
    with at_rest.connect() as con:
        (is_on,) = con.execute("select current_setting('autoinstall_known_extensions')").fetchone()
    assert is_on is False
    # dbt's connection is prepared by the same function.
    assert "at_rest.prepare(conn)" in (project / "scripts/citymart/dbt_plugin.py").read_text(encoding="utf-8")


def test_every_locked_package_is_pinned_with_its_hashes_and_no_host(project):
    locks = sorted(project.glob("requirements*.lock"))
    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text and "--index-url" not in text
        entries = re.split(r"\n(?=\w)", text.strip())
        assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))

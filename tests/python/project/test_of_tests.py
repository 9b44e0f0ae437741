"""What the tests ask of themselves."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_no_two_modules_have_one_name():
    """Folders of tests share one namespace: whoever comes second would get the other's."""
    names = Counter(path.name for path in TESTS.rglob("*.py") if path.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_nothing_is_imported_from_a_conftest():
    """There are many, and which of them it is hangs on the order of the folders."""
    imports = re.compile(r"^\s*(from conftest import|import conftest)", re.MULTILINE)
    assert [path.name for path in TESTS.rglob("*.py") if imports.search(path.read_text("utf-8"))] == []

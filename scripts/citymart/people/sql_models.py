"""The project's SQL models over tables of a private connection, so that people of any file are linked by the
very SQL that links the mart's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import jinja2

from ..home import PROJECT


@functools.cache
def _macros() -> str:
    folders = ("parse", "people")
    files = [path for folder in folders for path in sorted((PROJECT / "macros" / folder).glob("*.sql"))]
    return "\n".join(path.read_text("utf-8") for path in files)


@functools.cache
def macros():
    """All macros as functions from SQL expressions to SQL."""
    return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(_macros()).module


def rendered(model: str, ref: Callable[[str], str] = str) -> str:
    """The query of a model of `models/conformed/people`; `ref` says what stands for a model it refers to."""
    source = (PROJECT / "models" / "conformed" / "people" / f"{model}.sql").read_text("utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    return environment.from_string(_macros() + source).render(ref=ref)

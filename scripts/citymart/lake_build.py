"""Several builders in one lake: each stages the extracts of its own providers, all at once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from .dbt_run import DbtRun, run_dbt
from .errors import UsageError
from .home import PROJECT, Home
from .lake import CONFLICT, TARGET, Lake, pointer
from .layouts import Seeds
from .lock import build_lock

PROVIDERS = "CITYMART_PROVIDERS"
"""By which variable dbt knows whose extracts it is to stage: see macros/materializations/by_extract.sql."""
STAGED = "config.materialized:by_extract"
WITHOUT_TESTS = [word for kind in ("test", "unit_test") for word in ("--exclude-resource-type", kind)]
ATTEMPTS = 6


def stage_providers(
    home: Home,
    providers: Sequence[str],
    select: Sequence[str] = (),
    *,
    note: Callable[[str], None] = lambda _: None,
    project: Path = PROJECT,
) -> DbtRun:
    """Bring up to date what the lake has staged of these providers, beside builders of others; `select` names
    staging models, if not all of them.

    What all of them read (what has landed, layouts) is built by one at a time; the others wait for it. Two
    transactions that meet are undone by the lake but for one, and done again here.

    Raises `UsageError` for a provider that there is none of and for a lake that only one process can open;
    `CityMartError` while a provider of these is built by another, or the whole lake.
    """
    if unknown := sorted({*providers} - {*Seeds(project / "seeds").providers}):
        raise UsageError(f"there is no provider {unknown[0]}: seeds/market/providers.csv has them all")
    if not Lake.of(home).is_shared:
        raise UsageError(
            "a lake with its catalogue in a file is open to one process at a time: leave out --provider, or"
            " keep the catalogue in PostgreSQL (docs/lake.md)"
        )
    what = f"build --provider {' '.join(providers)}"
    target = home.build / "target" / f"{TARGET}-{'-'.join(sorted(providers))}"
    with ExitStack() as held:
        held.enter_context(build_lock(home, what, shared=True))
        for provider in sorted({*providers}):
            held.enter_context(build_lock(home, what, part=provider))

        def run(*arguments: str) -> DbtRun:
            return run_dbt(
                home,
                arguments,
                database=pointer(home),
                use=TARGET,
                target=target,
                project=project,
                note=note,
                environment={PROVIDERS: ",".join(providers)},
            )

        with build_lock(home, what, part="landing", wait=True):
            before = [f"+{each},+{STAGED}" for each in select] or [f"+{STAGED}"]
            done = run("build", "--select", *before, "--exclude", STAGED, *WITHOUT_TESTS)
        if not done.passed:
            return done
        for attempt in range(ATTEMPTS):
            done = run("run", "--select", *([f"{each},{STAGED}" for each in select] or [STAGED]))
            if done.passed or not all(CONFLICT.search(failure.sentence) for failure in done.failures):
                break
            note("another builder was in the same tables; once more …")
            time.sleep(random.uniform(0, 2 + attempt))
        return done

"""What the tests of the generator share: cities made of a small truth, printed and landed once a session."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import landed
import small_truth
from citymart.sample import city
from citymart.sample.dirt import Dirt, read_dirt
from citymart.sample.spec import read_subjects

# dbt reads every .yml of the folder `tests` as its own.
SPENDING = Path(__file__).parent / "subject_spending.txt"
AS_OF = date(2026, 10, 1)


@dataclass(frozen=True)
class Printed:
    """A city that was made, and what the loader made of it."""

    out: Path
    truth: Path
    made: city.Made
    summary: landed.LoadSummary
    landed: dict[tuple[str, str], landed.Landed]

    def rows(self, sql: str) -> list[tuple]:
        """A question to the truth; `{truth}` is its folder."""
        return landed.duckdb.sql(sql.format(truth=self.truth)).fetchall()


@pytest.fixture(scope="session")
def subjects(tmp_path_factory) -> Path:
    """A folder with one subject that is printed by a system of each format."""
    folder = tmp_path_factory.mktemp("subjects")
    shutil.copyfile(SPENDING, folder / "spending.yml")
    return folder


@pytest.fixture(scope="session")
def make(subjects) -> Callable[..., city.Made]:
    """`make(out, boroughs, …)`: a city of a small truth."""

    def run(
        out: Path,
        boroughs: list[small_truth.Borough],
        *,
        subjects: Path = subjects,
        wanted: list[str] | None = None,
        plan: str = "",
        dirt: Dirt | None = None,
        scale: float = 0.5,
        seed: int = 7,
        months: int = 3,
    ) -> city.Made:
        rows = out.with_name(f"{out.name}-plan.csv")
        rows.write_text(f"provider_code,subject,what,value,note\n{plan}", encoding="utf-8")
        known = read_subjects(subjects)
        request = city.Request(
            out=out,
            truth=out.with_name(f"{out.name}-truth"),
            boroughs=boroughs,
            scale=scale,
            seed=seed,
            as_of=AS_OF,
            months=months,
            subjects=wanted or ["spending"],
            boundaries=None,
            dirt=dirt or read_dirt(),
            plan=rows,
        )
        return city.make_city(request, known, city.Truth(small_truth.build, small_truth.write))

    return run


@pytest.fixture(scope="session")
def printed(make, subjects, tmp_path_factory) -> Printed:
    """A borough for each system and each irregularity, with all dirt at five times its rate."""
    folder = tmp_path_factory.mktemp("city")
    systems = list(read_subjects(subjects)["spending"].systems)
    boroughs = [small_truth.Borough(*each) for each in small_truth.BOROUGHS]
    plan = [
        f"{borough.provider_code},spending,system,{system},"
        for borough, system in zip(boroughs, systems, strict=True)
    ]
    codes = dict(zip(systems, (borough.provider_code for borough in boroughs), strict=True))
    for system, what in (
        ("windows", "corrected"),
        ("quoted", "web_page"),
        ("list", "again"),
        ("lines", "late"),
        ("tree", "changed_layout"),
    ):
        plan.append(f"{codes[system]},spending,{what},always,")
    usual = read_dirt()
    more = {kind.kind: min(1.0, 5 * kind.rate) for kind in usual.kinds if kind.stage != "file"}
    made = make(
        folder / "out", boroughs, plan="\n".join(plan) + "\n", dirt=read_dirt(more | {"null_word": 0.03})
    )
    summary, found = landed.load(folder / "out", folder / "home")
    return Printed(folder / "out", folder / "out-truth", made, summary, found)

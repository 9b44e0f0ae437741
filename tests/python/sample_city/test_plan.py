"""Who sends what is settled by the names of boroughs and subjects alone."""

from __future__ import annotations

from itertools import combinations

import pytest
from citymart.errors import CityMartError
from citymart.sample.plan import IRREGULARITIES, Plan
from citymart.sample.spec import Subject, System

BOROUGHS = ["camden", "islington", "hackney", "westminster", "bexley"]


def subject(name: str, systems: int = 5) -> Subject:
    of = {f"s{at}": System(f"s{at}", "csv", ()) for at in range(systems)}
    return Subject(name, "monthly", "borough", {}, of)


SUBJECTS = {name: subject(name) for name in "abcdefghij"}


def test_any_two_boroughs_have_each_irregularity():
    plan = Plan(SUBJECTS, 3)
    for pair in combinations(BOROUGHS, 2):
        seen = {plan.of(borough, name).what for borough in pair for name in SUBJECTS}
        assert seen >= set(IRREGULARITIES)


def test_the_systems_of_a_subject_are_spread_evenly():
    plan = Plan(SUBJECTS, 3)
    from citymart.layouts import Seeds

    used = [plan.of(provider, "a").system.name for provider in Seeds().providers]
    counts = [used.count(name) for name in SUBJECTS["a"].systems]
    assert max(counts) - min(counts) <= 1


def test_nobody_is_late_in_the_only_month():
    plan = Plan(SUBJECTS, 1)
    assert not {plan.of(borough, name).what for borough in BOROUGHS for name in SUBJECTS} & {
        "late",
        "changed_layout",
    }


def test_a_row_of_the_plan_decides(tmp_path):
    rows = tmp_path / "plan.csv"
    rows.write_text(
        "provider_code,subject,what,value,note\n*,a,system,s3,\ncamden,a,system,s1,\ncamden,b,late,always,\n*,*,nothing,never,\n"
    )
    plan = Plan(SUBJECTS, 3, rows)
    assert plan.of("camden", "a").system.name == "s1"
    assert plan.of("hackney", "a").system.name == "s3"
    assert plan.of("camden", "b").what == "late"
    assert not any(plan.of(borough, name).what == "nothing" for borough in BOROUGHS for name in SUBJECTS)


def test_a_system_that_does_not_exist_is_told(tmp_path):
    rows = tmp_path / "plan.csv"
    rows.write_text("provider_code,subject,what,value,note\ncamden,a,system,other,\n")
    with pytest.raises(CityMartError, match=r"which subjects/a\.yml does not know"):
        Plan(SUBJECTS, 3, rows).of("camden", "a")

"""What the bench of a whole city says of its figures: bars that can be missed, a picture of all scales."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from citymart.bench import drawn
from citymart.bench.city import City, Step, _hold_back

STEPS = ("load", "build", "test", "month: build", "subject: build")


def city(scale: str = "0.1", **seconds: float) -> City:
    """A city that meets every bar, but for the steps that take other seconds."""
    took = {"load": 10, "build": 1000, "test": 50, "month: build": 90, "subject: build": 50} | seconds
    steps = [Step(name, took[name], 1, 1000, 10**6, 900, 10**9) for name in STEPS]
    parts = {"matching": 10.0, "linkage": 10.0, "conformed": 80.0}
    return City(scale, "all", "3", steps, parts, {"one": 0.1, "two": 0.2}, sent=1000, published=500)


def missed(one: City) -> list[str]:
    return [says for met, says in one.bars() if not met]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ({"build": 5400}, "90.8 minutes"),
        ({"month: build": 101}, "a month more is built in 10%"),
        ({"subject: build": 60}, "built in 60 s"),
    ],
)
def test_a_step_that_takes_too_long_misses_its_bar(seconds, told):
    assert missed(city()) == []
    (says,) = missed(city(**seconds))
    assert told in says


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("parts", {"matching": 34.0, "linkage": 0.0, "conformed": 66.0}, "34% of the models"),
        ("questions", {"one": 0.1, "two": 1.0}, "the slowest, two, in 1.00 s"),
        ("published", 600, "0.60 of what was sent"),
    ],
)
def test_a_share_a_question_or_a_file_that_is_too_large_misses_its_bar(name, value, told):
    one = city()
    setattr(one, name, value)
    (says,) = missed(one)
    assert told in says


def test_a_verdict_names_the_scale_and_stands_in_the_table():
    one = city("0.01", **{"subject: build": 193})
    assert "MISSED at scale 0.01: one subject of one borough is built in 193 s (under 60)" in one.verdicts()
    assert all(f"- {line}" in one.table() for line in one.verdicts())


def test_the_picture_has_a_line_a_step_and_a_point_a_scale():
    documents = [city(scale, build=1000 * float(scale)).document() for scale in ("0.01", "0.1", "1.0")]
    root = ElementTree.fromstring(drawn.over_scale(documents))
    circles = root.findall(".//{*}circle")
    assert len(circles) == len(drawn.PANELS) * len(STEPS) * 3
    texts = [text.text for text in root.findall(".//{*}text")]
    assert all(texts.count(step) == len(drawn.PANELS) for step in STEPS)
    assert ElementTree.fromstring(drawn.over_scale(documents[:1])) is not None


def test_the_month_after_and_one_subject_of_it_are_held_back(tmp_path: Path):
    for provider in ("a", "b"):
        for subject in ("council_tax", "spending"):
            for month in ("2026-10-01", "2026-11-01"):
                file = tmp_path / "extracts" / provider / subject / f"{month}.csv"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
    month, subject = _hold_back(tmp_path / "extracts", tmp_path)
    held = {path.relative_to(month).as_posix() for path in month.rglob("*.csv")}
    assert held == {f"{who}/2026-11-01.csv" for who in ("a/spending", "b/council_tax", "b/spending")}
    assert [path.relative_to(subject).as_posix() for path in subject.rglob("*.csv")] == [
        "a/council_tax/2026-11-01.csv"
    ]
    assert {path.name for path in (tmp_path / "extracts").rglob("*.csv")} == {"2026-10-01.csv"}

"""How a score has moved is told by its newest step, and drawn by all."""

from __future__ import annotations

from datetime import date

import pytest
from citymart.site.trends import by_release, trends


def row(month: int, score: float | None, dimension: str = "validity", rule: str | None = None) -> dict:
    day = date(2026, month, 1)
    return {
        "release_id": f"{day:%Y%m%d}T1",
        "released_on": day,
        "subject": "spending",
        "dimension": dimension,
        "score": score,
        "rule_version": rule,
    }


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row(9, 90), row(10, 92.5)], "+2.5 on 2026-10-01"),
        ([row(9, 90), row(10, 99), row(11, 80)], "−19.0 on 2026-11-01"),
        ([row(9, 90), row(10, None)], "not measured from 2026-10-01 on; it was 90"),
        ([row(9, 90), row(10, None), row(11, 80)], "measured again from 2026-11-01 on"),
        ([row(9, 90, rule="1"), row(10, 20, rule="2")], "by another rule from 2026-10-01 on"),
    ],
)
def test_the_newest_step_is_told(rows, told) -> None:
    assert trends(rows, "subject")["spending", "validity"].told == told


def test_a_line_goes_by_steps_from_the_first_release_to_the_last() -> None:
    rows = [row(9, 50), row(9, 70, "accuracy"), row(10, 60), row(11, 71, "accuracy")]
    # 72 wide and 18 high, in three releases; a point lies the higher the better it is.
    assert trends(rows, "subject")["spending", "validity"].path == "M0.0 16.0H36.0V2.0H72"
    # What has hardly moved is drawn so.
    assert trends(rows, "subject")["spending", "accuracy"].path == "M0.0 9.7H72.0V8.3H72"


def test_what_has_never_moved_has_no_trend() -> None:
    assert trends([row(9, 50), row(10, 60, "accuracy")], "subject") == {}


def test_each_release_is_listed_with_what_held_then_newest_first() -> None:
    rows = [row(9, 50), row(9, 70, "accuracy"), row(10, 60), row(11, 71, "accuracy")]
    assert by_release(rows) == [
        ("2026-11-01", {"validity": 60, "accuracy": 71}),
        ("2026-10-01", {"validity": 60, "accuracy": 70}),
        ("2026-09-01", {"validity": 50, "accuracy": 70}),
    ]

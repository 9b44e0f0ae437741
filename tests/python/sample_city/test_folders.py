"""Nothing is replaced that the generator did not make, and nothing half made stays."""

from __future__ import annotations

import pytest
import small_truth
from citymart.errors import UsageError
from citymart.sample import city
from citymart.sample.dirt import parse_change, read_dirt


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="was not made by"):
        city.check_folders(tmp_path / "mine", tmp_path / "truth")
    with pytest.raises(UsageError, match="must lie beside"):
        city.check_folders(tmp_path / "out", tmp_path / "out" / "truth")


def test_a_city_is_replaced_whole(make, tmp_path):
    (tmp_path / "out").mkdir()
    make(tmp_path / "out", [small_truth.CAMDEN], scale=0.02)
    make(tmp_path / "out", [small_truth.ISLINGTON], scale=0.02)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [city.MARK, "islington"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out-plan.csv", "out-truth"]


def test_a_run_that_fails_leaves_what_was_there(make, tmp_path):
    make(tmp_path / "out", [small_truth.CAMDEN], scale=0.02)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(AttributeError):
        make(tmp_path / "out", [small_truth.CAMDEN, None], scale=0.02)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("null_words=0.1", "null_word"),
        ("null_word=2", "must be between 0 and 1"),
        ("null_word", "is not KIND=RATE"),
        ("null_word=many", "is not KIND=RATE"),
    ],
)
def test_a_rate_that_is_none_is_told(change, told):
    with pytest.raises(UsageError, match=told):
        read_dirt(dict([parse_change(change)]))

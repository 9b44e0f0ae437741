"""Parquet: values as text under the schema's names."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from citymart.errors import Refused
from citymart.formats import open_rows

VALUES = [
    (pa.array([100012345678]), "100012345678"),
    (pa.array([0.1]), "0.1"),
    (pa.array([3.0]), "3"),
    (pa.array([51.4], pa.float32()), "51.4"),
    (pa.array([True]), "true"),
    (pa.array([Decimal("1.10")]), "1.10"),
    (pa.array([Decimal("0.0000001")]), "0.0000001"),
    (pa.array([date(2024, 1, 2)]), "2024-01-02"),
    (pa.array([datetime(2024, 1, 2, 3, 4, 5)]), "2024-01-02T03:04:05"),
    (pa.array([datetime(2024, 1, 2, 3, 4, 5)], pa.timestamp("us", "UTC")), "2024-01-02T03:04:05+00:00"),
    (pa.array([1704164645000000001], pa.timestamp("ns")), "2024-01-02T03:04:05.000000001"),
    (pa.array([1704164645000000000], pa.timestamp("ns", "UTC")), "2024-01-02T03:04:05+00:00"),
    (pa.array([b"\x01\x01\x00\x00\x00"]), "0101000000"),
    (pa.array([["a", "b"]]), '["a","b"]'),
    (pa.array([{"x": 1.5, "on": date(2024, 1, 2)}]), '{"x":1.5,"on":"2024-01-02"}'),
    (pa.array(["£"]).dictionary_encode(), "£"),
    (pa.array([""]), ""),
    (pa.array([None], pa.string()), None),
    (pa.array([None], pa.null()), None),
]


@pytest.mark.parametrize(("column", "expected"), VALUES)
def test_each_kind_of_value_is_text_as_a_person_would_write_it(tmp_path, column, expected):
    file = tmp_path / "delivery.parquet"
    pq.write_table(pa.table({"a": column}), file)
    found = open_rows(file, "parquet")
    assert (found.header, found.total_lines) == (["a"], 1)
    assert list(found.rows) == [(1, [expected])]


def test_a_time_zone_stays_with_its_moment(tmp_path):
    file = tmp_path / "delivery.parquet"
    pq.write_table(
        pa.table({"a": pa.array([1719900000000000000], pa.timestamp("ns", "Europe/London"))}), file
    )
    assert list(open_rows(file, "parquet").rows) == [(1, ["2024-07-02T07:00:00+01:00"])]


def test_a_cut_off_file_is_refused(tmp_path):
    file = tmp_path / "delivery.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(Refused, match=r"delivery\.parquet can't be read as Parquet"):
        open_rows(file, "parquet")


def test_a_damaged_page_is_refused_while_it_is_read(tmp_path):
    file = tmp_path / "delivery.parquet"
    pq.write_table(pa.table({"a": [f"text {n}" for n in range(1000)]}), file, use_dictionary=False)
    content = bytearray(file.read_bytes())
    content[40:400] = b"\xff" * 360
    file.write_bytes(content)
    with pytest.raises(Refused, match=r"delivery\.parquet is damaged after row 0"):
        list(open_rows(file, "parquet").rows)


def test_times_of_a_zone_that_nobody_knows_are_utc_and_noted(tmp_path):
    moments = pa.array([0, None], pa.timestamp("us", tz="Mars/Phobos"))
    pq.write_table(pa.table({"a": ["x", "y"], "when": moments}), tmp_path / "d.parquet")
    found = open_rows(tmp_path / "d.parquet", "parquet")
    assert [row[1] for _, row in found.rows] == ["1970-01-01T00:00:00+00:00", None]
    assert found.notes == ["The time zone Mars/Phobos of the column when is not known: its times are UTC."]


def test_a_zone_that_nobody_knows_inside_a_nested_value_is_refused(tmp_path):
    moments = pa.array([[0]], pa.list_(pa.timestamp("us", tz="Mars/Phobos")))
    pq.write_table(pa.table({"when": moments}), tmp_path / "d.parquet")
    with pytest.raises(Refused, match="time zone that is not known"):
        list(open_rows(tmp_path / "d.parquet", "parquet").rows)

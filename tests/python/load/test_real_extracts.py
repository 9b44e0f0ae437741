"""Files as public bodies published them, counted independently with Python's own csv module."""

from __future__ import annotations

import csv
import json
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from citymart.deliveries import find_deliveries
from citymart.home import Home
from citymart.load import Limits, load_files

csv.field_size_limit(1 << 24)


@pytest.fixture(scope="module")
def manifest(real):
    with (real / "deliveries.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module", params=["the careful road", "the fast road"])
def loaded(request, real, tmp_path_factory):
    """The home, and the outcome of each file of the manifest."""
    home = Home.at(tmp_path_factory.mktemp("home"))
    deliveries, _ = find_deliveries([], manifest=real / "deliveries.csv")
    limits = Limits(fast_from=0 if request.param == "the fast road" else 1 << 60)
    outcomes = load_files(deliveries, home, limits=limits).outcomes
    return home, {str(d.path.relative_to(real)): o for d, o in zip(deliveries, outcomes, strict=True)}


def test_what_should_load_loads_and_what_is_no_table_is_refused_with_a_reason(loaded, manifest):
    _, outcomes = loaded
    expected = {row["file"]: row["expect"] for row in manifest}
    found = {file: "loads" if outcome.good else outcome.status for file, outcome in outcomes.items()}
    assert found == expected
    assert all(len(o.message) > 60 for o in outcomes.values() if not o.good)


def test_landed_rejected_and_skipped_are_the_records_of_the_file(loaded, real):
    home, outcomes = loaded
    for file, outcome in outcomes.items():
        if not outcome.good:
            continue
        receipt, cells = _landed(home, outcome)
        names = [column["name"] for column in receipt["header"]]
        rows = _rows(real / file)
        below = rows[next(at for at, row in enumerate(rows) if _same(row, names)) + 1 :]
        said = [row for row in below if any(letter.isalnum() for cell in row for letter in cell)]
        counted = (
            receipt["landed_rows"] + receipt["rejected_rows"],
            receipt["blank_records"],
            receipt["total_records"],
        )
        totals = (
            [row for row in said if row[0] in ("Total", "Grand Total")] if receipt["total_records"] else []
        )
        assert counted == (len(said) - len(totals), len(below) - len(said), len(totals)), file
        if not receipt["rejected_rows"]:
            assert cells == [row for row in said if row not in totals], file


def test_a_payments_report_with_its_own_total_lands_whole(loaded):
    home, outcomes = loaded
    outcome = outcomes["spending/lambeth/2012-06.csv"]
    receipt, cells = _landed(home, outcome)
    assert (outcome.landed, outcome.rejected, receipt["header_line"]) == (3_155, 0, 10)
    assert receipt["control_totals"] == [
        {"line": 3167, "label": "Total", "position": 5, "value": "40292334.84"}
    ]
    shifted = [row for row in cells if len(row) < 6]
    assert (len([r for r in shifted if len(r) == 5]), len([r for r in shifted if len(r) == 4])) == (638, 1)
    whole = sum(Decimal(row[4]) for row in cells if len(row) == 6)
    assert whole < Decimal(receipt["control_totals"][0]["value"])


def test_a_register_over_many_lines_has_one_record_a_site(loaded):
    home, outcomes = loaded
    receipt, _ = _landed(home, outcomes["brownfield_land/london-register.csv"])
    assert (receipt["landed_rows"], receipt["total_lines"], receipt["encoding"]) == (
        1_079,
        1_371,
        "windows-1252",
    )


def _landed(home, outcome):
    place = home.landing / outcome.subject / outcome.provider
    receipt = json.loads((place / f"{outcome.extract_id}.json").read_text(encoding="utf-8"))
    with (place / f"{outcome.extract_id}.parquet").open("rb") as file:
        return receipt, pq.read_table(file)["cells"].to_pylist()


def _rows(path):
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        # Five bytes mean nothing in windows-1252; Latin-1 has control characters there.
        table = {**{b: bytes([b]).decode("latin-1") for b in range(256)}, **_windows()}
        text = "".join(table[byte] for byte in content)
    return list(csv.reader(_lines(text)))


def _windows():
    return {
        b: bytes([b]).decode("cp1252") for b in range(128, 256) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    }


def _lines(text):
    return [line + "\n" for line in text.removesuffix("\n").split("\n")]


def _same(row, names):
    # The mark, also where it was encoded twice, is cut off when a file is read.
    return [cell.removeprefix("\ufeff").removeprefix("\u00ef\u00bb\u00bf") for cell in row] == names

"""Addresses find their property: hard cases, odd ones, any batch, and once only."""

from __future__ import annotations

import csv
import json
import random
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from citymart import cli
from citymart.addresses import match as matcher
from citymart.addresses.evaluate import evaluate
from citymart.addresses.remembered import matches as remembered_matches

sys.path.insert(0, str(Path(__file__).parent))

import hard_cases

WORDS = pa.Table.from_pylist(list(csv.DictReader(matcher.WORDS.open(encoding="utf-8"))))


@pytest.fixture(scope="module")
def suite() -> hard_cases.Suite:
    return hard_cases.build()


def write(path: Path, rows: list[dict]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def files(suite, tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("hard")
    labelled = [{**row, "kind": suite.kind_of[row["record_id"]]} for row in suite.labelled]
    return write(folder / "gazetteer.csv", suite.gazetteer), write(folder / "labelled.csv", labelled)


def answers(gazetteer: list[dict], addresses: list[dict], **how) -> dict[str, tuple]:
    with matcher.connection() as con:
        con.register(
            "g", pa.Table.from_pylist([{**row, "area": row["administrative_area"]} for row in gazetteer])
        )
        con.register("a", pa.Table.from_pylist(addresses))
        matcher.match(con, "a", "g", **({"with_library": False} | how))
        return {
            row[0]: row[1:]
            for row in con.execute("select * exclude (words, near_places) from matches").fetchall()
        }


def asked(rows: list[dict]) -> list[dict]:
    return [
        {
            "id": row["record_id"],
            "area": row["borough"],
            "address": row["address"],
            "postcode": row["postcode"],
        }
        for row in rows
    ]


def test_there_are_thirty_kinds_of_a_hundred(suite):
    assert len(hard_cases.KINDS) >= 30
    assert len(suite.labelled) == 100 * len(hard_cases.KINDS)


@pytest.mark.parametrize("with_library", [False, True], ids=["alone", "with the library"])
def test_hard_cases_are_right_and_hardly_ever_wrong(files, with_library):
    found = evaluate(*files, with_library=with_library).document()
    assert with_library == any(band["method"] == "probabilistic" for band in found["calibration"])
    assert found["right_rate"] >= 0.97
    assert found["wrong_rate"] <= 0.01
    assert found["false_match_rate"] <= 0.01
    flats = found["by"]["dwelling"]["flats"]
    assert flats["precision"] >= 0.99 and flats["recall"] >= 0.97


def test_an_answer_does_not_depend_on_what_else_is_asked_or_in_which_order(suite):
    rows = asked(suite.labelled)
    random.Random(3).shuffle(rows)
    some = rows[:150]
    at_once = answers(suite.gazetteer, rows)
    for size in (1, 37):
        for at in range(0, 8 if size == 1 else len(some), size):
            batch = some[at : at + size]
            assert answers(suite.gazetteer, batch) == {row["id"]: at_once[row["id"]] for row in batch}


def test_nor_does_what_the_library_proposes(suite):
    rows = asked(suite.labelled)
    at_once = answers(suite.gazetteer, rows, with_library=True)
    proposed = [row for row in rows if "probabilistic" in at_once[row["id"]]]
    assert proposed
    for batch in (proposed[:1], rows[::40]):
        alone = answers(suite.gazetteer, batch, with_library=True)
        assert alone == {row["id"]: at_once[row["id"]] for row in batch}


def test_nor_on_which_areas_are_gone_through_together(suite, monkeypatch):
    """Streets of one name in two areas, and addresses at the other's postcode."""
    other = [
        {
            **row,
            "uprn": row["uprn"] + 10**9,
            "parent_uprn": row["parent_uprn"] and row["parent_uprn"] + 10**9,
            "administrative_area": "other",
            # Some houses are at a postcode of their own, the rest at those of the first areas.
            "postcode": "ZE3 9ZZ" if row["uprn"] % 300 == 0 else row["postcode"],
        }
        for row in suite.gazetteer[::4]
    ]
    rows = asked(suite.labelled[::10])
    rows += [
        {
            "id": f"other {row['id']}",
            "area": "other",
            "address": row["address"],
            "postcode": ["ZE3 9ZZ", row["postcode"], None][number % 3],
        }
        for number, row in enumerate(rows)
    ]
    at_once = answers(suite.gazetteer + other, rows)
    monkeypatch.setattr(matcher, "AT_ONCE", 1)
    assert answers(suite.gazetteer + other, rows) == at_once
    assert {"dwelling", "building", "street", "none"} == {found[0] for found in at_once.values()}
    uprns = [found[2] for found in at_once.values() if found[2]]
    assert min(uprns) < 10**9 <= max(uprns)


GAZETTEER = [
    {
        "uprn": 1,
        "parent_uprn": None,
        "sao_text": None,
        "sao_start_number": None,
        "sao_start_suffix": None,
        "pao_text": None,
        "pao_start_number": 12,
        "pao_start_suffix": None,
        "pao_end_number": None,
        "street_descriptor": "LLŶN ROAD",
        "locality": None,
        "town_name": "LONDON",
        "administrative_area": "a",
        "postcode": "N1 1AA",
        "blpu_class": "RD04",
    },
]
GAZETTEER.append(GAZETTEER[0] | {"uprn": 2, "pao_start_number": 14})
ODD = {
    "12 Llŷn Road": 1,
    "12 Llyn Road 🏠": 1,
    "🏠": None,
    "": None,
    "   ": None,
    "12": None,
    ",,,": None,
    "12 Llyn Road, " + "x" * 10_000: 1,
    "x" * 10_000: None,
    "'; drop table units; --": None,
    "Gwesty'r Llew, Stryd Fawr": None,
}


@pytest.mark.parametrize("address", ODD, ids=lambda text: text[:20])
def test_an_odd_address_has_a_sensible_answer(address):
    found = answers(GAZETTEER, [{"id": "1", "area": "a", "address": address, "postcode": "N1 1AA"}])
    assert found["1"][2] == ODD[address]


def test_a_borough_without_gazetteer_and_no_address_at_all_are_no_failure():
    elsewhere = [{"id": "1", "area": "b", "address": "12 Llyn Road", "postcode": "SE1 1AA"}]
    assert answers(GAZETTEER, elsewhere)["1"][0] == "none"
    with matcher.connection() as con:
        con.register("g", pa.Table.from_pylist([{**row, "area": "a"} for row in GAZETTEER]))
        con.execute("create table a (id varchar, area varchar, address varchar, postcode varchar)")
        matcher.match(con, "a", "g")
        assert con.execute("select count(*) from matches").fetchone() == (0,)
        con.execute("insert into a values ('1', 'a', '12 Llyn Road', null)")
        matcher.match(con, "a", "(select * from g limit 0)")
        assert con.execute("select level, uprn from matches").fetchall() == [("none", None)]


def test_a_postcode_that_moved_to_the_next_borough_is_looked_for_there():
    found = answers(GAZETTEER, [{"id": "1", "area": "b", "address": "12 Llyn Road", "postcode": "N1 1AA"}])
    assert found["1"][:3] == ("dwelling", "exact", 1)


def _remember(folder: Path, gazetteer: list[dict], addresses: list[dict]) -> dict[str, tuple]:
    given = pa.Table.from_pylist(
        [
            {
                "address_key": row["id"],
                "borough_code": row["area"],
                **{k: row[k] for k in ("address", "postcode")},
            }
            for row in addresses
        ]
    )
    properties = pa.Table.from_pylist(
        [
            {"status_rank": 0}
            | {"borough_code" if key == "administrative_area" else key: value for key, value in row.items()}
            for row in gazetteer
        ]
    )
    found = remembered_matches(given, properties, WORDS, folder, with_library=False)
    return {row["address_key"]: tuple(row.values())[1:] for row in found.to_pylist()}


def test_an_address_is_matched_once_until_the_gazetteer_changes_near_it(tmp_path, suite, monkeypatch):
    rows, gazetteer = asked(suite.labelled)[:2000], [dict(row) for row in suite.gazetteer]
    first = _remember(tmp_path, gazetteer, rows)
    anew: list[set[str]] = []
    match = matcher.match

    def counting(con, addresses, *more, **how):
        anew.append({row[0] for row in con.execute(f"select id from {addresses}").fetchall()})
        return match(con, addresses, *more, **how)

    monkeypatch.setattr(matcher, "match", counting)
    assert _remember(tmp_path, gazetteer, rows) == first
    assert anew == []

    # A street gets a new house: only what is on that street, and what was nowhere, is looked at again.
    row = next(r for r in suite.labelled if r["record_id"].startswith("flat_slash"))
    changed = next(g for g in gazetteer if g["uprn"] == row["truth_uprn"])
    gazetteer.append(
        changed
        | {
            "uprn": 1,
            "parent_uprn": None,
            "sao_text": None,
            "sao_start_number": None,
            "pao_start_number": 999,
        }
    )
    again = _remember(tmp_path, gazetteer, rows)
    assert row["record_id"] in anew[0]
    assert len(anew[0]) < len(rows) / 4
    assert again == _remember(tmp_path / "fresh", gazetteer, rows)

    # A new address is matched alone.
    anew.clear()
    more = [
        *rows,
        {
            "id": "new",
            "area": changed["administrative_area"],
            "address": f"999 {changed['street_descriptor']}",
            "postcode": None,
        },
    ]
    assert _remember(tmp_path, gazetteer, more)["new"][2] == 1
    assert anew == [{"new"}]


def test_a_street_whose_doors_all_change_alike_is_matched_anew(tmp_path):
    doors = [g for g in GAZETTEER if g["street_descriptor"] == GAZETTEER[0]["street_descriptor"]]
    rows = [{"id": "1", "area": "a", "address": "12 Llyn Road", "postcode": "N1 1AA"}]
    approved = _remember(tmp_path, [*doors, *doors], rows)
    historic = [row | {"status_rank": 2} for row in doors]
    now = _remember(tmp_path, [*historic, *historic], rows)
    assert now == _remember(tmp_path / "fresh", historic, rows)
    assert now != approved


def test_an_address_that_is_looked_for_nowhere_is_remembered_until_its_gazetteer_comes(tmp_path, monkeypatch):
    rows = [{"id": "1", "area": "b", "address": "12 Llyn Road", "postcode": None}]
    match, calls = matcher.match, []
    monkeypatch.setattr(matcher, "match", lambda *given, **how: (calls.append(1), match(*given, **how)))
    assert _remember(tmp_path, GAZETTEER, rows)["1"][0] == "none"
    assert _remember(tmp_path, GAZETTEER, rows)["1"][0] == "none"
    assert len(calls) == 1
    theirs = [*GAZETTEER, GAZETTEER[0] | {"uprn": 3, "administrative_area": "b", "postcode": "SE1 1AA"}]
    assert _remember(tmp_path, theirs, rows)["1"][2] == 3


def test_capitals_in_a_header_and_a_postcode_without_blank_change_nothing(files, tmp_path, suite):
    gazetteer = [
        {key.upper(): value for key, value in row.items()} | {"POSTCODE": row["postcode"].replace(" ", "")}
        for row in suite.gazetteer
    ]
    shouted = write(tmp_path / "gazetteer.csv", gazetteer)
    as_it_is, as_shouted = (evaluate(each, files[1], with_library=False) for each in (files[0], shouted))
    assert as_shouted == as_it_is


def test_a_memory_that_is_broken_is_made_anew(tmp_path, suite):
    rows = asked(suite.labelled)[:50]
    first = _remember(tmp_path, suite.gazetteer, rows)
    (tmp_path / "addresses.parquet").write_bytes(b"no parquet")
    assert _remember(tmp_path, suite.gazetteer, rows) == first


def test_the_command_prints_figures_and_writes_the_answers(files, tmp_path, capsys):
    gazetteer, labelled = map(str, files)
    options = ["--gazetteer", gazetteer, "--labelled", labelled, "--no-library"]
    assert cli.main(["evaluate", "addresses", *options, "--json", "--matches", str(tmp_path / "a.csv")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["recall"] > 0.97
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == document["records"]
    right = sum(row["verdict"] == "right" for row in written)
    assert right == document["in_gazetteer"]["right"]
    assert cli.main(["evaluate", "addresses", *options]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80 and "by flats and houses" in shown


@pytest.mark.parametrize(
    ("column", "rows", "told"),
    [
        ("uprn", [], "no rows"),
        ("record_id", [{"record_id": "1", "address": "x"}], "truth_uprn"),
        ("record_id", [{"record_id": "1", "address": "x", "truth_uprn": ""}] * 2, "repeat"),
        ("record_id", [{"record_id": "", "address": "x", "truth_uprn": ""}], "no record_id"),
        ("uprn", [{"uprn": "twelve", "street_descriptor": "x", "postcode": ""}], "not a number"),
    ],
)
def test_a_file_that_does_not_fit_is_named(column, rows, told, files, tmp_path, capsys):
    wrong = tmp_path / "wrong.csv"
    if rows:
        write(wrong, rows)
    else:
        wrong.write_text("uprn,street_descriptor,postcode\n", encoding="utf-8")
    gazetteer, labelled = files
    chosen = (wrong, labelled) if column == "uprn" else (gazetteer, wrong)
    status = cli.main(["evaluate", "addresses", "--gazetteer", str(chosen[0]), "--labelled", str(chosen[1])])
    error = capsys.readouterr().err
    assert status in (1, 2) and told in error and "Traceback" not in error

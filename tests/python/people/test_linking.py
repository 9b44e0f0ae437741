"""Linking people: what is joined and what not, that keys stay, that a build compares only what is new."""

from __future__ import annotations

import csv
from datetime import date
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from citymart import cli
from citymart.errors import CityMartError
from citymart.people import clusters as joining
from citymart.people import evaluate, linking, remembered
from citymart.people.clusters import Clusters, Link, Record
from citymart.people.keys import history, keyed
from hard_people import KINDS, pairs_of

BORN = date(1980, 5, 17)
NAMES = ("record_id", "source", "borough", "title", "first_name", "middle_name", "surname", "gender", "dob",
         "address", "postcode", "uprn", "nhs_number", "nino", "phone", "email", "person_id")  # fmt: skip


def write(file: Path, rows: list[dict]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=NAMES, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> dict[str, dict[str, int]]:
    """Kind → decision → how many of its pairs."""
    rows, pairs = [], []
    for kind in KINDS:
        for n, (left, right) in enumerate(pairs_of(kind)):
            ids = [f"{kind}-{n}-{side}" for side in "lr"]
            pairs.append((kind, *ids))
            rows += [
                {"record_id": i, "person_id": i, **side} for i, side in zip(ids, (left, right), strict=True)
            ]
    file = write(tmp_path_factory.mktemp("people") / "pairs.csv", rows)
    found: dict[str, dict[str, int]] = {}
    with linking.connection() as con:
        evaluate.take(con, file)
        evaluate.link(con)
        decided = dict(
            con.execute("select (record_id_l, record_id_r), decision from int_person_links").fetchall()
        )
    for kind, left, right in pairs:
        answer = decided.get((left, right), decided.get((right, left), "no"))
        found.setdefault(kind, {}).setdefault(answer, 0)
        found[kind][answer] += 1
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_pair_of_a_known_kind_is_judged_as_a_person_would(judged, kind) -> None:
    right = judged[kind].get(KINDS[kind], 0)
    assert right >= 0.97 * sum(judged[kind].values()), judged[kind]


def records(*rows: tuple) -> list[Record]:
    return [Record(name, born, None, nhs, None) for name, born, nhs in rows]


def test_a_record_without_a_date_of_birth_joins_no_two_that_have_different_ones() -> None:
    father, son = date(1950, 1, 2), date(1980, 1, 2)
    clusters = Clusters(records(("father", father, None), ("son", son, None), ("who", None, None)))
    clusters.join([Link("father", "who", 12.0), Link("son", "who", 11.0)])
    assert len(set(clusters.cluster_of().values())) == 3
    assert {link.left for link in clusters.undecided} == {"father", "son"}


def test_it_goes_to_the_one_that_is_likelier_by_far() -> None:
    father, son = date(1950, 1, 2), date(1980, 1, 2)
    clusters = Clusters(records(("father", father, None), ("son", son, None), ("who", None, None)))
    clusters.join([Link("father", "who", 12.0), Link("son", "who", 5.0)])
    of = clusters.cluster_of()
    assert of["who"] == of["father"] != of["son"]


def test_a_person_has_no_two_nhs_numbers_and_the_weakest_link_is_cut() -> None:
    given = records(("a", BORN, "9434765919"), ("b", BORN, None), ("c", BORN, "4010232137"))
    clusters = Clusters(given)
    clusters.join([Link("a", "b", 9.0), Link("b", "c", 14.0)])
    of = clusters.cluster_of()
    assert of["b"] == of["c"] != of["a"]
    assert clusters.refused == [Link("a", "b", 9.0)]


def test_the_order_of_links_changes_nothing() -> None:
    given = [(f"r{i}", BORN, None) for i in range(6)]
    links = [Link(f"r{i}", f"r{i + 1}", float(10 - i)) for i in range(5)]
    answers = []
    for order in (links, links[::-1]):
        clusters = Clusters(records(*given))
        clusters.join(order)
        answers.append(clusters.cluster_of())
    assert answers[0] == answers[1] and len(set(answers[0].values())) == 1


def test_a_decision_wins_over_the_machine() -> None:
    features = pa.table(
        {"record_id": ["a", "b", "c"], "birth_date": [BORN] * 3, "death_date": pa.nulls(3, pa.date32()),
         "nhs_number": pa.nulls(3, pa.string()), "nino": pa.nulls(3, pa.string())}
    )  # fmt: skip
    links = pa.table(
        {"record_id_l": ["a"], "record_id_r": ["b"], "match_weight": [20.0], "decision": ["link"],
         "is_same_number": [False]}
    )  # fmt: skip
    decisions = pa.table(
        {"record_id_l": ["a", "c"], "record_id_r": ["b", "a"], "decision": ["apart", "link"]},
        schema=joining.DECISIONS,
    )
    found = joining.clustered(features, links, decisions).to_pylist()
    of = {row["record_id"]: row["cluster_id"] for row in found}
    assert of["a"] == of["c"] != of["b"]


def of_clusters(**clusters: str) -> pa.Table:
    return pa.table({"record_id": list(clusters), "cluster_id": list(clusters.values())})


def test_a_person_keeps_the_key_when_records_come_and_go(tmp_path) -> None:
    number = count()
    first = keyed(of_clusters(a="x", b="x", c="y"), tmp_path, new_key=lambda: f"k{next(number)}")
    keys = dict(zip(first["record_id"].to_pylist(), first["person_key"].to_pylist(), strict=True))
    assert keys["a"] == keys["b"] != keys["c"]
    second = keyed(of_clusters(b="b", d="b", c="c"), tmp_path, new_key=lambda: f"k{next(number)}")
    again = dict(zip(second["record_id"].to_pylist(), second["person_key"].to_pylist(), strict=True))
    assert again == {"b": keys["a"], "d": keys["a"], "c": keys["c"]}
    back = keyed(of_clusters(a="a"), tmp_path, new_key=lambda: f"k{next(number)}")
    assert back["person_key"].to_pylist() == [keys["a"]]


def test_merges_and_splits_are_told_and_no_key_is_given_twice(tmp_path) -> None:
    number = count()

    def make(**clusters: str) -> dict[str, str]:
        found = keyed(of_clusters(**clusters), tmp_path, new_key=lambda: f"k{next(number)}")
        return dict(zip(found["record_id"].to_pylist(), found["person_key"].to_pylist(), strict=True))

    apart = make(a="1", b="1", c="2")
    merged = make(a="1", b="1", c="1")
    assert set(merged.values()) == {apart["a"]}
    split = make(a="1", b="1", c="3")
    assert split["a"] == apart["a"] and split["c"] not in apart.values()
    events = [tuple(row.values())[:4] for row in history(tmp_path).to_pylist() if row["event"] != "created"]
    assert events == [
        (apart["c"], "merged_into", apart["a"], 1),
        (split["c"], "split_from", apart["a"], 1),
    ]


def test_what_was_not_delivered_comes_back_as_the_person_that_it_was_merged_into(tmp_path) -> None:
    number = count()

    def make(**clusters: str) -> dict[str, str]:
        found = keyed(of_clusters(**clusters), tmp_path, new_key=lambda: f"k{next(number)}")
        return dict(zip(found["record_id"].to_pylist(), found["person_key"].to_pylist(), strict=True))

    apart = make(a="1", b="1", c="2", d="2")
    make(a="1", b="1", c="1")
    assert make(d="d") == {"d": apart["a"]}


def test_a_lost_registry_loses_no_history(tmp_path) -> None:
    keyed(of_clusters(a="1"), tmp_path)
    told = history(tmp_path).to_pylist()
    (tmp_path / "keys.parquet").unlink()
    keyed(of_clusters(a="1"), tmp_path)
    assert history(tmp_path).to_pylist()[: len(told)] == told


def test_a_registry_that_cannot_be_read_stops_the_build_and_stays(tmp_path) -> None:
    keyed(of_clusters(a="1"), tmp_path)
    (tmp_path / "keys.parquet").write_bytes(b"nothing")
    with pytest.raises(CityMartError, match=r"can't be read .*backup"):
        keyed(of_clusters(a="1"), tmp_path)
    assert (tmp_path / "keys.parquet").read_bytes() == b"nothing"


def features_of(folder: Path, rows: list[dict]) -> pa.Table:
    with linking.connection() as con:
        evaluate.take(con, write(folder / "people.csv", rows))
        evaluate.link(con)
        return con.execute("from int_person_features order by record_id").to_arrow_table()


@pytest.fixture(scope="module")
def some_people(tmp_path_factory) -> pa.Table:
    rows, seen = [], count()
    for kind in ("same_name_born_the_same_day_at_one_address", "nickname", "twins", "common_name_elsewhere"):
        for left, right in pairs_of(kind):
            rows += [{"record_id": f"p{next(seen)}", "person_id": "x", **side} for side in (left, right)]
    return features_of(tmp_path_factory.mktemp("some"), rows)


def test_only_what_is_new_is_compared_and_nothing_comes_out_otherwise(
    some_people, tmp_path, monkeypatch
) -> None:
    at_once = remembered.pairs(some_people, tmp_path / "at_once")
    asked = []
    whole = linking.pairs
    monkeypatch.setattr(linking, "pairs", lambda *a, **k: asked.append(k) or whole(*a, **k))
    most = some_people.slice(0, some_people.num_rows - 20)
    remembered.pairs(most, tmp_path / "monthly")
    in_two = remembered.pairs(some_people, tmp_path / "monthly")
    again = remembered.pairs(some_people, tmp_path / "monthly")
    assert [k["new_only"] for k in asked] == [False, True]
    assert again.equals(in_two)

    def sides(table: pa.Table) -> set[frozenset]:
        return {frozenset((row["record_id_l"], row["record_id_r"])) for row in table.to_pylist()}

    assert sides(in_two) == sides(at_once) and in_two.num_rows == at_once.num_rows


def test_a_changed_record_is_compared_anew_and_one_that_went_is_forgotten(some_people, tmp_path) -> None:
    remembered.pairs(some_people, tmp_path)
    rows = some_people.to_pylist()
    rows[0]["surname"] = "ELSEWHERE"
    rows[0]["birth_date"] = date(1920, 2, 3)
    gone = rows.pop()["record_id"]
    found = remembered.pairs(pa.Table.from_pylist(rows, schema=some_people.schema), tmp_path)
    anew = remembered.pairs(pa.Table.from_pylist(rows, schema=some_people.schema), tmp_path / "anew")
    assert gone not in found["record_id_l"].to_pylist() + found["record_id_r"].to_pylist()

    def weights(table: pa.Table) -> dict:
        return {
            tuple(sorted((r["record_id_l"], r["record_id_r"]))): r["match_weight"] for r in table.to_pylist()
        }

    assert weights(found).keys() == weights(anew).keys()


def test_a_memory_of_pairs_that_is_broken_is_made_anew(some_people, tmp_path) -> None:
    whole = remembered.pairs(some_people, tmp_path)
    (tmp_path / "pairs.parquet").write_bytes(b"nothing")
    assert remembered.pairs(some_people, tmp_path).equals(whole)


@pytest.mark.parametrize("at", range(2))
def test_cut_off_while_it_remembers_nothing_is_missed_by_the_next_build(
    some_people, tmp_path, monkeypatch, at
) -> None:
    """The first build is whole; the second, of twice the records, is cut off before it writes a file."""
    half = some_people.slice(0, some_people.num_rows // 2)
    remembered.pairs(half, tmp_path)
    write, written = remembered._write, count()

    def cut_off(*arguments) -> None:
        if next(written) == at:
            raise KeyboardInterrupt
        write(*arguments)

    monkeypatch.setattr(remembered, "_write", cut_off)
    with pytest.raises(KeyboardInterrupt):
        remembered.pairs(some_people, tmp_path)
    monkeypatch.undo()
    found = remembered.pairs(some_people, tmp_path)
    assert found.num_rows == remembered.pairs(some_people, tmp_path / "anew").num_rows


def test_nobody_at_all_is_no_failure(some_people, tmp_path) -> None:
    assert remembered.pairs(some_people.slice(0, 0), tmp_path).num_rows == 0
    assert remembered.pairs(some_people, tmp_path).num_rows > 0


def test_the_command_prints_figures_and_writes_the_persons(tmp_path, capsys) -> None:
    rows = [
        {"record_id": f"{kind}{n}{side}",
         "person_id": f"{kind}{n}" if KINDS[kind] == "link" else f"{kind}{n}{side}", **record}
        for kind in ("nickname", "twins")
        for n, pair in enumerate(pairs_of(kind))
        for side, record in zip("lr", pair, strict=True)
    ]  # fmt: skip
    file, out = write(tmp_path / "people.csv", rows), tmp_path / "persons.parquet"
    assert cli.main(["evaluate", "people", "--labelled", str(file), "--clusters", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "precision" in printed and max(map(len, printed.splitlines())) <= 100
    assert pq.read_table(out).num_rows == len(rows)
    assert cli.main(["evaluate", "people", "--labelled", str(tmp_path / "none.csv")]) == 2
    assert cli.main(["evaluate", "people"]) == 2
    file.write_text("record_id,surname\n1,Smith\n", encoding="utf-8")
    assert cli.main(["evaluate", "people", "--labelled", str(file)]) == 2
    assert "lacks the column person_id" in capsys.readouterr().err


def test_the_frozen_model_tells_its_date_and_data_and_every_level_has_a_weight() -> None:
    import json

    document = json.loads(linking.FROZEN.read_text(encoding="utf-8"))
    assert date.fromisoformat(document["estimated_on"]) and document["data"] and document["records"] > 10_000
    for comparison in document["settings"]["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                assert 0 < level["m_probability"] < 1 and 0 < level["u_probability"] <= 1, (comparison, level)


def test_no_first_name_variant_stands_for_itself() -> None:
    with duckdb.connect() as con:
        found = con.execute(f"from read_csv('{evaluate.VARIANTS}') where first_name = variant_of").fetchall()
    assert found == []

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
from hard_town import town

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


def test_people_of_a_town_are_found_who_moved_or_have_neither_date_nor_number(tmp_path) -> None:
    found = evaluate.evaluate(write(tmp_path / "town.csv", town(400, seed=1)))
    assert found.records > 3000
    assert found.pairs.precision >= 0.98 and found.pairs.recall >= 0.88, found.pairs


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


def test_an_initial_is_no_bridge_between_a_wife_and_her_husband() -> None:
    jane, john = (Record(name, None, None, None, None, first_name=name) for name in ("JANE", "JOHN"))
    clusters = Clusters([jane, john, Record("J", None, None, None, None)])
    clusters.join([Link("JANE", "J", 12.0), Link("JOHN", "J", 11.0)])
    assert len(set(clusters.cluster_of().values())) == 3
    clusters = Clusters([jane, Record("J", None, None, None, None)])
    clusters.join([Link("JANE", "J", 12.0)])
    assert len(set(clusters.cluster_of().values())) == 1


@pytest.mark.parametrize(
    ("of_father", "of_son"),
    [({"generation": "adult"}, {"generation": "child"}), ({"middle_initial": "A"}, {"middle_initial": "Z"})],
)
def test_a_record_that_says_nothing_joins_no_father_and_son(of_father, of_son) -> None:
    plain = {"birth_date": None, "death_date": None, "nhs_number": None, "nino": None, "first_name": "MARK"}
    clusters = Clusters(
        [Record("father", **plain, **of_father), Record("son", **plain, **of_son), Record("who", **plain)]
    )
    clusters.join([Link("father", "who", 12.0), Link("who", "son", 11.0)])
    of = clusters.cluster_of()
    assert of["father"] == of["who"] != of["son"]
    assert clusters.refused == [Link("who", "son", 11.0)]


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
         **{name: pa.nulls(3, pa.string()) for name in joining.Record._fields[3:]}}
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


def some_people(*kinds: str) -> list[dict]:
    rows, seen = [], count()
    for kind in kinds or (
        "same_name_born_the_same_day_at_one_address",
        "nickname",
        "twins",
        "common_name_elsewhere",
    ):
        for left, right in pairs_of(kind):
            rows += [{"record_id": f"p{next(seen)}", "person_id": "x", **side} for side in (left, right)]
    return rows


@pytest.fixture
def linked(tmp_path, monkeypatch):
    """Links rows with what is remembered in a folder; gives what is made, sorted."""
    monkeypatch.setattr(remembered, "FEW", 0)

    def run(rows: list[dict], memory: str, decisions: list[tuple] = ()) -> dict[str, list]:
        with linking.connection() as con:
            evaluate.take(con, write(tmp_path / "people.csv", rows))
            con.execute(
                f"create table first_name_variants as from read_csv('{evaluate.VARIANTS}', header = true)"
            )
            con.register("person_decisions", pa.Table.from_pylist(
                [dict(zip(joining.DECISIONS.names, row, strict=True)) for row in decisions], joining.DECISIONS
            ))  # fmt: skip
            remembered.link(con, tmp_path / memory)
            return {name: con.execute(f"from {name} order by all").fetchall() for name in remembered.MADE}

    return run


def test_only_what_is_new_is_compared_and_nothing_comes_out_otherwise(linked, monkeypatch) -> None:
    people = some_people()
    at_once = linked(people, "at once")
    asked, again = [], []
    pairs, clustered = linking.pairs, joining.clustered
    monkeypatch.setattr(linking, "pairs", lambda *a, **k: asked.append(k) or pairs(*a, **k))
    monkeypatch.setattr(joining, "clustered", lambda f, *a: again.append(f.num_rows) or clustered(f, *a))
    linked(people[:-20], "monthly")
    in_two = linked(people, "monthly")
    assert linked(people, "monthly") == in_two
    assert asked == [{}, {"new_only": True}] and again[1] < again[0] / 2
    for name in ("int_person_names", "int_person_population", "int_person_features", "int_person_clusters"):
        assert in_two[name] == at_once[name], name
    assert [row[:2] for row in in_two["int_person_pairs"]] == [row[:2] for row in at_once["int_person_pairs"]]


def test_a_changed_record_is_compared_anew_and_one_that_went_is_forgotten(linked) -> None:
    people = some_people()
    linked(people, "monthly")
    people[0] |= {"surname": "Elsewhere", "dob": "1920-02-03"}
    gone = people.pop()["record_id"]
    found, anew = linked(people, "monthly"), linked(people, "anew")
    assert found["int_person_clusters"] == anew["int_person_clusters"]
    assert [row[:2] for row in found["int_person_pairs"]] == [row[:2] for row in anew["int_person_pairs"]]
    assert gone not in str(found)


def test_what_many_come_to_share_is_evidence_no_more_also_of_old_records(linked) -> None:
    people = [{"record_id": f"o{n}", "person_id": "x", "first_name": "Ann", "surname": name,
               "phone": "07700900123"} for n, name in enumerate(("Brown", "Browne", "Clark"))]  # fmt: skip
    linked(people, "monthly")
    people += [{**people[0], "record_id": f"n{n}", "surname": name} for n, name in enumerate(("Day", "Earl"))]
    found, anew = linked(people, "monthly"), linked(people, "anew")
    assert found["int_person_links"] == anew["int_person_links"]
    assert found["int_person_clusters"] == anew["int_person_clusters"]
    assert found["int_person_features"] == anew["int_person_features"]


def a_household(postcode: str, number: int, names: list[str], source: str) -> list[dict]:
    return [
        {"record_id": f"{source}-{name}", "person_id": name, "source": source, "borough": "camden",
         "first_name": name.split()[0], "surname": name.split()[1],
         "address": f"{number} Wren Street", "postcode": postcode}
        for name in names
    ]  # fmt: skip


def a_crowd() -> list[dict]:
    """A hundred people of whom five have each first name and five each surname, so that no name is rare."""
    letters = "ABCDEFGHIJKLMNOPQRST"
    return [
        {"record_id": f"crowd{n}", "person_id": "x", "source": "crowd", "borough": "camden",
         "first_name": f"{letters[n % 20]}nn", "surname": f"{letters[(n + n // 20) % 20]}all",
         "address": f"{n} Tabard Lane", "postcode": f"N{n % 9 + 1} 1AA"}
        for n in range(100)
    ]  # fmt: skip


def test_who_turns_up_elsewhere_with_others_has_moved_with_them(linked) -> None:
    """Who does so alone may be anybody of that name."""

    def joined(names: list[str]) -> bool:
        people = [
            *a_crowd(),
            *a_household("E8 1AB", 4, names, "housing"),
            *a_household("SE4 2XY", 71, names, "library"),
        ]
        of = {row[0]: row[1] for row in linked(people, "together" + names[-1])["int_person_clusters"]}
        return of[f"housing-{names[0]}"] == of[f"library-{names[0]}"]

    assert not joined(["Ann Hall"])
    assert joined(["Ann Hall", "Bnn Hall"])


def test_a_service_of_adults_knows_no_child(linked) -> None:
    adults = [
        {"record_id": f"a{n}", "person_id": "x", "source": "electors", "first_name": "Ann", "surname": "Hall",
         "dob": f"{1940 + n % 60}-02-0{n % 9 + 1}", "address": f"{n} Tabard Lane", "postcode": "N1 1AA"}
        for n in range(120)
    ]  # fmt: skip
    here = {"person_id": "x", "first_name": "Marcus", "surname": "Thorpe", "address": "9 Wren Street",
            "postcode": "E8 1AB"}  # fmt: skip
    child = {**here, "record_id": "child", "source": "school", "dob": "2015-03-04"}
    elector = {**here, "record_id": "elector", "source": "electors"}
    reader = {**here, "record_id": "reader", "source": "library"}

    def decided(*records: dict) -> dict:
        found = linked([*adults, *records], "-".join(record["record_id"] for record in records))
        return {row[:2]: row[3] for row in found["int_person_links"] if "child" in row[:2]}

    assert decided(child, elector) == {("child", "elector"): "review"}
    assert decided(child, reader) == {("child", "reader"): "link"}


def test_a_decision_holds_as_long_as_it_stands(linked) -> None:
    people = some_people("nickname")
    before = linked(people, "monthly")
    pair = before["int_person_links"][0][:2]

    def joined(found: dict) -> bool:
        of = {row[0]: row[1] for row in found["int_person_clusters"]}
        return of[pair[0]] == of[pair[1]]

    assert joined(before)
    assert not joined(linked(people, "monthly", [(*pair, "apart")]))
    assert linked(people, "monthly") == before


def test_all_are_compared_anew_when_there_are_many_more(linked, monkeypatch) -> None:
    people = some_people()
    asked, pairs = [], linking.pairs
    monkeypatch.setattr(linking, "pairs", lambda *a, **k: asked.append(k) or pairs(*a, **k))
    linked(people[: int(len(people) / remembered.GROWN) - 1], "monthly")
    linked(people, "monthly")
    assert asked == [{}, {}]


def test_few_are_compared_anew_whenever_one_has_changed(linked, monkeypatch) -> None:
    monkeypatch.undo()
    people = some_people()
    assert len(people) < remembered.FEW
    linked(people[:-20], "monthly")
    # Weights and all: the names are as frequent as among all of them.
    assert linked(people, "monthly") == linked(people, "at once")


@pytest.mark.parametrize("broken", [b"nothing", b""])
def test_a_memory_that_is_broken_is_made_anew(linked, tmp_path, broken) -> None:
    people = some_people("nickname")
    whole = linked(people, "memory")
    (tmp_path / "memory" / remembered.FILE).write_bytes(broken)
    assert linked(people, "memory") == whole


@pytest.mark.parametrize("step", ["_make_pairs", "_make_clusters", "_remember"])
def test_cut_off_at_any_step_nothing_is_missed_by_the_next_build(linked, monkeypatch, step) -> None:
    people = some_people()
    linked(people[: len(people) * 9 // 10], "memory")

    def cut_off(*_, **__) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(remembered, step, cut_off)
        linked(people[:-2], "memory")
    assert (
        linked(people[:-2], "memory")["int_person_clusters"]
        == linked(people[:-2], "anew")["int_person_clusters"]
    )


def test_other_rules_make_all_anew(linked, monkeypatch) -> None:
    people = some_people("nickname")
    linked(people, "memory")
    asked, pairs = [], linking.pairs
    monkeypatch.setattr(linking, "pairs", lambda *a, **k: asked.append(k) or pairs(*a, **k))
    monkeypatch.setattr(remembered, "_rules", lambda _: "others")
    linked(people, "memory")
    assert asked == [{}]


def test_nobody_at_all_is_no_failure(linked) -> None:
    assert linked([], "memory")["int_person_clusters"] == []
    people = some_people("nickname")
    assert len(linked(people, "memory")["int_person_clusters"]) == len(people)
    assert linked([], "memory")["int_person_clusters"] == []


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

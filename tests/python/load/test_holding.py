"""A delivery that loses most of its records, or is of another period, waits until somebody has looked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from citymart import at_rest
from citymart.cli import main
from citymart.deliveries import Declared, find_deliveries
from citymart.holding import would_hold
from citymart.home import Home
from citymart.landing import Place, read_receipt
from citymart.layouts import Seeds
from citymart.load import Outcome, load_files
from citymart.receipts import newest_receipts
from citymart.sharing.keys import OPERATOR, VARIABLE, add_missing

LICENCES = "licence_reference,licence_type,address\n"
PAYMENTS = "supplier_name,net_amount,paid_date\n"
ACCOUNTS = "account_reference,liable_name\n"
PROPERTIES = "property_reference,council_tax_band\n"


@dataclass
class Desk:
    """An operator's desk: files are put into a folder as they come, and loaded into one home."""

    home: Home
    folder: Path

    def put(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def load(self, *files: Path, **declared: str) -> list[Outcome]:
        deliveries, _ = find_deliveries(files, declared=Declared(**declared))
        return load_files(deliveries, self.home).outcomes

    def send(self, path: str, text: str, **declared: str) -> Outcome:
        return self.load(self.put(path, text), **declared)[0]

    def counting(self) -> list[str]:
        return sorted(r["source_file"] for r in newest_receipts(self.home) if r["outcome"] == "landed")

    def held(self) -> list[dict[str, Any]]:
        return [receipt for receipt in newest_receipts(self.home) if receipt["outcome"] == "held"]

    def run(self, *arguments: object) -> int:
        return main([*map(str, arguments), "--home", str(self.home.root)])


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(Home.at(tmp_path / "home"), tmp_path / "sent")


def licences(number: int, first: int = 0) -> str:
    rows = (f"L{at},mandatory,{at} High Street\n" for at in range(first, first + number))
    return LICENCES + "".join(rows)


def payments(*days: str) -> str:
    return PAYMENTS + "".join(f"Supplier {at},{at}.00,{day}\n" for at, day in enumerate(days))


def test_a_snapshot_with_most_records_gone_is_held_and_says_how_many(desk):
    assert desk.send("camden/hmo_licences/2024-08-31.csv", licences(100)).status == "landed"
    outcome = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    assert (outcome.status, outcome.good, outcome.landed) == ("held", False, 30)
    (receipt,) = desk.held()
    assert receipt["reason"] == (
        "it has 30 records of the table licences, and the delivery as of 2024-08-31 whose place it would "
        "take has 100: 70 % fewer, where at most 50 % may be lacking"
    )
    assert f"citymart load --accept {outcome.extract_id}" in outcome.message
    assert desk.counting() == ["2024-08-31.csv"]


@pytest.mark.parametrize(("before", "after"), [(100, 50), (100, 1000), (12, 2), (2, 1)])
def test_half_is_borne_and_small_numbers_move_by_themselves(desk, before, after):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(before))
    assert desk.send("camden/hmo_licences/2024-09-30.csv", licences(after)).status == "landed"


def test_loading_a_held_file_again_changes_nothing_and_says_the_same(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    first = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    before = {path: path.read_bytes() for path in desk.home.landing.rglob("*.json")}
    (again,) = desk.load(desk.folder / "camden/hmo_licences/2024-09-30.csv")
    assert (again.status, again.message) == (first.status, first.message)
    assert {path: path.read_bytes() for path in desk.home.landing.rglob("*.json")} == before


def test_a_full_file_that_follows_lands_and_the_held_one_stays_held(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    assert desk.send("camden/hmo_licences/2024-09-30-corrected.csv", licences(101)).status == "landed"
    desk.load(desk.folder)
    assert [receipt["source_file"] for receipt in desk.held()] == ["2024-09-30.csv"]
    assert desk.send("camden/hmo_licences/2024-10-31.csv", licences(98)).status == "landed"


def test_parts_of_one_delivery_count_together_whichever_comes_first(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    for name, rows in (("a", licences(20)), ("b", licences(80, 20))):
        desk.put(f"camden/hmo_licences/2024-09-30-{name}.csv", rows)
    assert {outcome.status for outcome in desk.load(desk.folder)} == {"landed", "already landed"}
    assert desk.send("camden/hmo_licences/2024-10-31-a.csv", licences(40)).status == "held"
    assert desk.send("camden/hmo_licences/2024-10-31-b.csv", licences(40, 40)).status == "landed"
    assert desk.held() == []


def test_a_correction_beside_the_file_that_it_corrects_is_no_twice_as_large_delivery(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    desk.send("camden/hmo_licences/2024-08-31-corrected.csv", licences(99) + "L99,additional,1 Low Street\n")
    assert desk.send("camden/hmo_licences/2024-09-30.csv", licences(95)).status == "landed"


def test_a_table_that_shrinks_holds_the_whole_delivery(desk):
    accounts = ACCOUNTS + "".join(f"A{at},Ms {at}\n" for at in range(100))
    few = ACCOUNTS + "".join(f"A{at},Ms {at}\n" for at in range(9))
    properties = PROPERTIES + "".join(f"P{at},D\n" for at in range(100))
    for name, text in (("accounts", accounts), ("properties", properties)):
        desk.put(f"camden/council_tax/2024-08-31-{name}.csv", text)
    desk.load(desk.folder)
    accounts_now = desk.put("camden/council_tax/2024-09-30-accounts.csv", few)
    properties_now = desk.put("camden/council_tax/2024-09-30-properties.csv", properties + "P100,D\n")
    outcomes = desk.load(accounts_now, properties_now)
    assert [outcome.status for outcome in outcomes] == ["held", "held"]
    assert all("9 records of the table account," in outcome.message for outcome in outcomes)
    assert desk.run("load", "--accept", outcomes[0].extract_id, "--reason", "so it is") == 0
    assert desk.held() == []


def test_a_list_of_one_authority_is_held_against_its_own_list_before(desk):
    header = "fhrs_id,business_name,local_authority_name,rating_value\n"
    rows = lambda who, number: "".join(f"{who[0]}{at},Café {at},{who},5\n" for at in range(number))  # noqa: E731
    desk.send("fsa/food_ratings/2024-08-31.csv", header + rows("Camden", 100) + rows("Lambeth", 100))
    only_one = desk.send("fsa/food_ratings/2024-09-30-camden.csv", header + rows("Camden", 99))
    assert only_one.status == "landed"
    cut = desk.send("fsa/food_ratings/2024-10-31.csv", header + rows("Camden", 99) + rows("Lambeth", 20))
    assert cut.status == "held" and "20 records of 'Lambeth'" in cut.message and "2024-08-31" in cut.message


def test_a_file_of_the_same_name_and_date_is_held_against_the_one_that_it_replaces(desk):
    days = [f"2024-03-{day:02}" for day in range(1, 31)]
    desk.send("camden/spending/2024-03-31.csv", payments(*days * 4))
    cut = desk.send("camden/spending/2024-03-31.csv", payments(*days))
    assert cut.status == "held" and "file of the same name and date" in cut.message
    assert desk.send("camden/spending/2024-04-30.csv", payments("2024-04-01")).status == "landed"


def test_what_does_not_replace_is_never_held_for_its_size(desk):
    header = "request_reference,received_date,summary\n"
    many = header + "".join(f"R{at},2024-08-01,Bins\n" for at in range(200))
    desk.send("camden/foi_requests/2024-08-31.csv", many)
    assert desk.send("camden/foi_requests/2024-09-30.csv", header + "S1,2024-09-01,Bins\n").status == "landed"


def test_a_delivery_of_another_period_is_held_and_tells_its_dates(desk):
    outcome = desk.send("camden/spending/2024-03.csv", payments("01/02/2023", "02/02/2023", "", "03/03/2024"))
    assert outcome.status == "held"
    assert (
        "declared for 2024-03-01 to 2024-03-31, and 2 of its 3 dated records lie outside: "
        "paid_date from 2023-02-01" in outcome.message
    )
    assert desk.counting() == []


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("2024-03.csv", ["01/03/2024", "31/03/2024", "02/04/2024"]),  # a third outside
        ("2024-03.csv", ["00-Jan-00", "n/a", "soon"]),  # nothing is dated
        ("2024-03-31.csv", ["01/02/2021", "02/02/2021"]),  # no period is declared
    ],
)
def test_a_delivery_that_fits_or_has_no_period_is_not_held(desk, name, days):
    assert desk.send(f"camden/spending/{name}", payments(*days)).status == "landed"


def test_a_wrong_period_is_put_right_by_loading_the_file_for_the_right_one(desk):
    path = desk.put("camden/spending/2024-03.csv", payments("01/02/2024", "02/02/2024"))
    assert desk.load(path)[0].status == "held"
    (right,) = desk.load(path, as_of="2024-02-29", period="2024-02")
    assert right.status == "landed again" and desk.held() == []


def test_a_period_declared_wrongly_later_leaves_the_first_declaration_standing(desk):
    path = desk.put("camden/spending/2024-02.csv", payments("01/02/2024", "02/02/2024"))
    assert desk.load(path)[0].status == "landed"
    assert desk.load(path, as_of="2024-03-31", period="2024-03")[0].status == "held"


def test_an_acceptance_says_who_when_and_why_and_is_never_written_again(desk, capsys):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    held = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    was = desk.held()[0]
    arguments = ["--accept", held.extract_id[:8], "--reason", "Licensing ended", "--by", "R. Malik"]
    assert desk.run("load", *arguments) == 0
    assert "accepted" in capsys.readouterr().out
    (path,) = desk.home.landing.rglob("*@accepted-1.json")
    receipt = json.loads(path.read_text())
    assert (receipt["accepted_by"], receipt["accepted_reason"]) == ("R. Malik", "Licensing ended")
    assert (receipt["outcome"], receipt["held_reason"]) == ("landed", was["reason"])
    assert receipt["landed_at"][:19] == was["landed_at"][:19]
    assert receipt["accepted_at"][:10] >= str(date(2024, 10, 1))
    written = path.read_bytes()
    assert desk.run("load", *arguments) == 2
    assert "there is nothing to accept" in capsys.readouterr().err
    (again,) = desk.load(desk.folder / "camden/hmo_licences/2024-09-30.csv")
    assert again.status == "already landed"
    assert path.read_bytes() == written and desk.counting() == ["2024-08-31.csv", "2024-09-30.csv"]


def test_what_was_accepted_is_what_the_next_is_compared_with(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    held = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    desk.run("load", "--accept", held.extract_id, "--reason", "Licensing ended")
    assert desk.send("camden/hmo_licences/2024-10-31.csv", licences(29)).status == "landed"


def test_a_home_with_decisions_is_whole(desk, capsys):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    held = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    desk.run("load", "--accept", held.extract_id, "--reason", "Licensing ended")
    assert desk.run("verify") == 0, capsys.readouterr()
    assert desk.run("withdraw", held.extract_id, "--why", "It had not") == 0
    assert desk.run("verify") == 0, capsys.readouterr()


def test_a_file_is_loaded_and_accepted_in_one_go(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    path = desk.put("camden/hmo_licences/2024-09-30.csv", licences(30))
    assert desk.run("load", "--accept", path, "--reason", "Licensing ended") == 0
    assert desk.counting() == ["2024-08-31.csv", "2024-09-30.csv"]


def test_an_acceptance_of_one_date_does_not_hold_for_another(desk):
    path = desk.put("camden/spending/2024-03.csv", payments("01/02/2024", "02/02/2024"))
    held = desk.load(path)[0]
    desk.run("load", "--accept", held.extract_id, "--reason", "They pay late")
    assert desk.load(path, as_of="2024-05-31", period="2024-05")[0].status == "held"
    (receipt,) = desk.held()
    assert receipt["accepted_by"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--accept", "abcdef"], "Say why it is right"),
        (["--accept", "abcdef", "--reason", "x"], "no extract in"),
        (["--reason", "x"], "belong to --accept"),
        ([".", "--accept", "abcdef", "--reason", "x"], "stands alone"),
    ],
)
def test_a_wrong_acceptance_is_one_clear_error(desk, capsys, arguments, says):
    assert desk.run("load", *arguments) == 2
    assert says in capsys.readouterr().err


def test_a_held_delivery_can_be_thrown_away_and_status_says_how(desk, capsys):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    held = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    desk.run("status")
    told = " ".join(capsys.readouterr().out.split())
    assert "1 held" in told and f"citymart load --accept {held.extract_id}" in told and "70 % fewer" in told
    assert desk.run("withdraw", held.extract_id, "--why", "cut off") == 0
    assert sorted(r["outcome"] for r in newest_receipts(desk.home)) == ["landed", "withdrawn"]
    assert desk.run("withdraw", held.extract_id, "--undo") == 0
    assert sorted(r["outcome"] for r in newest_receipts(desk.home)) == ["held", "landed"]


def test_a_load_that_was_killed_before_it_compared_is_decided_by_the_next(desk, monkeypatch):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    desk.put("camden/hmo_licences/2024-09-30-a.csv", licences(20))
    monkeypatch.setattr("citymart.holding.judge", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        desk.load(desk.folder)
    monkeypatch.undo()
    assert "was stopped before" in desk.held()[0]["reason"]
    desk.put("camden/hmo_licences/2024-09-30-b.csv", licences(80, 20))
    desk.load(desk.folder)
    assert desk.held() == []


def test_the_same_bytes_for_two_days_of_one_load_are_judged_for_each(desk):
    """A table that did not change from one month to the next counts in both."""
    for name in ("2024-08-31.csv", "2024-09-30.csv"):
        desk.put(f"camden/hmo_licences/{name}", licences(100))
    assert {outcome.status for outcome in desk.load(desk.folder)} == {"landed", "landed again"}
    receipts = [read_receipt(path) for path in desk.home.landing.rglob("hmo_licences/camden/*.json")]
    assert sorted((r["as_of_date"], r["outcome"], r["reason"]) for r in receipts) == [
        ("2024-08-31", "landed", None),
        ("2024-09-30", "landed", None),
    ]


def test_of_the_same_bytes_for_two_days_one_can_be_held(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    assert desk.send("camden/hmo_licences/2024-10-31.csv", licences(60, 200)).status == "landed"
    for name in ("2024-09-30.csv", "2024-11-30.csv"):
        desk.put(f"camden/hmo_licences/{name}", licences(40))
    told = {outcome.name: outcome.status for outcome in desk.load(desk.folder)}
    assert (told["2024-09-30.csv"], told["2024-11-30.csv"]) == ("held", "landed again")
    receipts = [read_receipt(path) for path in desk.home.landing.rglob("hmo_licences/camden/*.json")]
    assert [r["as_of_date"] for r in receipts if r["outcome"] == "held"] == ["2024-09-30"]


def test_receipts_of_before_have_no_holds_and_are_not_judged_anew(desk):
    """A home of an earlier version, in which a small delivery had landed, and its files loaded once more."""
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    held = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    path = next(desk.home.landing.rglob(f"{held.extract_id}.json"))
    receipt = read_receipt(path) | {"outcome": "landed", "reason": None}
    del receipt["is_of_changes"]
    path.write_text(json.dumps(receipt))
    assert {outcome.status for outcome in desk.load(desk.folder)} == {"already landed"}
    assert desk.send("camden/hmo_licences/2024-10-31.csv", licences(29)).status == "landed"


def test_an_encrypted_home_holds_and_accepts_alike(desk, tmp_path, monkeypatch):
    keys = tmp_path / "keys.csv"
    add_missing(keys, [OPERATOR], desk.home)
    monkeypatch.setenv(VARIABLE, str(keys))
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    desk.send("camden/hmo_licences/2024-08-31-more.csv", licences(3, 100))
    held = desk.send("camden/hmo_licences/2024-09-30.csv", licences(30))
    assert held.status == "held"
    assert desk.run("load", "--accept", held.extract_id, "--reason", "Licensing ended") == 0
    assert all(at_rest.is_locked(path) for path in desk.home.landing.rglob("*@accepted-1.json"))
    assert desk.held() == []


def test_a_check_foresees_that_a_file_would_be_held_and_changes_nothing(desk):
    desk.send("camden/hmo_licences/2024-08-31.csv", licences(100))
    path = desk.put("camden/hmo_licences/2024-09-30.csv", licences(30))
    elsewhere = Home.at(desk.folder.parent / "scratch")
    (delivery,), _ = find_deliveries([path])
    (outcome,) = load_files([delivery], elsewhere).outcomes
    assert outcome.status == "landed"
    theirs = Place.of(desk.home, "camden", "hmo_licences")
    mine = Place.of(elsewhere, "camden", "hmo_licences")
    before = sorted(desk.home.landing.rglob("*"))
    receipt = read_receipt(mine.receipt(outcome.extract_id))
    assert "70 % fewer" in would_hold(theirs, Seeds(), receipt, mine.records(outcome.extract_id))
    assert sorted(desk.home.landing.rglob("*")) == before

"""Files that are made to do harm: each is data or is refused, and what it says is never run."""

from __future__ import annotations

import json

import pytest

HEADER = "Supplier Name,Amount"
INJECTIONS = (
    "'); drop table x; --",
    '"; attach \'/etc/passwd\' as x; --',
    "{{ env_var('HOME') }}",
    "{% do run_query('select 1') %}",
    "$name",
    "%(amount)s",
    "../../../outside",
    "=cmd|' /C calc'!A0",
)  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_and_templates_in_headers_and_cells_are_text(land, text):
    quoted = '"{}"'.format(text.replace('"', '""'))
    outcome = land(f"{HEADER},{quoted}\nAcme,1.00,{quoted}\n{quoted},2.00,x\n".encode())
    assert outcome.status == "landed", outcome.message
    assert land.cells(outcome) == [["Acme", "1.00", text], [text, "2.00", "x"]]
    assert [name["name"] for name in land.receipt(outcome)["header"]] == ["Supplier Name", "Amount", text]


@pytest.mark.parametrize("text", [text.replace("/", "∕") for text in INJECTIONS])
def test_sql_and_templates_in_the_name_of_a_file_are_text(land, text):
    outcome = land(f"{HEADER}\nAcme,1.00\n".encode(), f"{text}.csv")
    assert outcome.status == "landed", outcome.message
    assert land.receipt(outcome)["source_file"] == f"{text}.csv"
    assert sorted(path.name for path in land.folder.parent.iterdir()) == ["home", "sent"]


def test_a_hundred_thousand_columns_are_columns_or_refused_in_a_sentence(land):
    names = [HEADER, *(f"column {n}" for n in range(100_000))]
    row = ["Acme,1.00", *("x" for _ in range(100_000))]
    outcome = land("\n".join((",".join(names), ",".join(row), "")).encode())
    assert outcome.status in ("landed", "refused")
    if outcome.status == "landed":
        assert len(land.cells(outcome)[0]) == 100_002
    else:
        assert "column" in outcome.message


@pytest.mark.parametrize("depth", [50, 5_000, 1_000_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_nested_without_end_is_refused_in_a_sentence(land, depth, opening, closing):
    records = f'[{{"Supplier Name": "Acme", "Amount": {opening * depth}1{closing * depth}}}]'
    outcome = land(records.encode(), "deep.json")
    assert outcome.status in ("landed", "refused")
    assert outcome.status == "landed" or "nested" in outcome.message, outcome.message


def test_a_number_of_a_million_digits_is_text(land):
    digits = "9" * 1_000_000
    outcome = land(f'[{{"Supplier Name": "Acme", "Amount": {digits}}}]'.encode(), "long.json")
    assert outcome.status == "landed", outcome.message
    assert land.cells(outcome) == [["Acme", digits]]


def test_entities_that_multiply_are_refused(land):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE p [<!ENTITY e0 "x">{entities}]><p><r><Supplier_Name>&e11;</Supplier_Name></r></p>'
    outcome = land(f'<?xml version="1.0"?>{bomb}'.encode(), "entities.xml")
    assert (outcome.status, "entit" in outcome.message.lower()) == ("refused", True), outcome.message


def test_an_entity_of_a_file_of_this_machine_is_refused(land):
    told = '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><p><r><Supplier_Name>&e;</Supplier_Name></r></p>'
    outcome = land(f'<?xml version="1.0"?>{told}'.encode(), "entity.xml")
    assert outcome.status == "refused"
    assert "root:" not in json.dumps(outcome.message)

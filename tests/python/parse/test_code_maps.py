"""The code maps and organisation names: seeds that only work when the keys of their names differ."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared/real/brownfield_land"
LISTS = sorted(
    path.stem.removeprefix("code_map_") for path in (ROOT / "seeds/code_maps").glob("code_map_*.csv")
)
BROWNFIELD = ("ownership_status", "planning_status", "permission_type")


def seed(path):
    with open(ROOT / "seeds" / path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def key(macros, answers):
    """`key("code", texts)`: the keys of `texts` under the macro `code_key`."""
    return lambda kind, texts: answers(
        getattr(macros, f"{kind}_key")("as_sent"), [{"as_sent": text} for text in texts]
    )


def doubled(items):
    return [item for item, count in Counter(items).items() if count > 1]


@pytest.mark.parametrize("name", LISTS)
def test_every_map_row_leads_to_a_code_of_the_list(name):
    codes = {row["code"] for row in seed(f"codes/{name}.csv")} | {""}
    assert {row["code"] for row in seed(f"code_maps/code_map_{name}.csv")} <= codes


@pytest.mark.parametrize("name", LISTS)
def test_every_code_is_listed_once(name):
    assert not doubled(row["code"] for row in seed(f"codes/{name}.csv"))


@pytest.mark.parametrize("name", LISTS)
def test_no_code_as_sent_is_mapped_twice_for_a_provider(name, key):
    rows = seed(f"code_maps/code_map_{name}.csv")
    keys = key("code", [row["as_sent"] for row in rows])
    assert not doubled(zip([row["provider_code"] for row in rows], keys, strict=True))


@pytest.mark.parametrize("name", LISTS)
def test_every_provider_of_a_map_exists(name):
    providers = {row["provider_code"] for row in seed("market/providers.csv")} | {"*"}
    assert {row["provider_code"] for row in seed(f"code_maps/code_map_{name}.csv")} <= providers


@pytest.mark.parametrize("name", BROWNFIELD)
def test_the_words_of_the_brownfield_standard_and_its_codes_map_to_themselves(name, key):
    rows = [row for row in seed(f"code_maps/code_map_{name}.csv") if row["is_repair"] == "false"]
    keys = key("code", [row["as_sent"] for row in rows])
    found = {key: row["code"] for key, row in zip(keys, rows, strict=True)}
    for row in seed(f"codes/{name}.csv"):
        assert [found[key] for key in key("code", [row["code"], row["label"]])] == [row["code"]] * 2


@pytest.mark.skipif(not REAL.exists(), reason="the real extracts (../shared/real) are not here")
@pytest.mark.parametrize("name", BROWNFIELD)
def test_every_code_of_the_real_brownfield_registers_is_mapped(name, key):
    column = name.replace("_", "")
    sent = set()
    for path in REAL.glob("*.csv"):
        text = path.read_bytes().decode("utf-8-sig", "replace")
        records = list(csv.reader(text.splitlines(keepends=True)))
        headers = [[re.sub("[ -]", "", cell.lower()) for cell in record] for record in records[:8]]
        number = next((number for number, header in enumerate(headers) if column in header), None)
        if number is not None:
            place = headers[number].index(column)
            sent |= {record[place] for record in records[number + 1 :] if len(record) > place}
    sent = sorted(text for text in sent if text.strip())
    assert len(sent) > 5
    mapped = set(key("code", [row["as_sent"] for row in seed(f"code_maps/code_map_{name}.csv")]))
    unknown = [text for text, found in zip(sent, key("code", sent), strict=True) if found not in mapped]
    assert not unknown, f"add to seeds/code_maps/code_map_{name}.csv: {unknown}"


def test_the_key_of_a_borough_is_its_code_whichever_way_it_is_written(key):
    boroughs = [row for row in seed("market/providers.csv") if row["provider_type"] == "london_borough"]
    codes = [row["provider_code"] for row in boroughs]
    assert len(codes) == 33
    places = [row["provider_name"].split("Borough of ")[-1] for row in boroughs]
    for written in (
        codes,
        places,
        [row["provider_name"] for row in boroughs],
        [row["provider_name"].upper().replace(" AND ", " & ") for row in boroughs],
        ["http://example.org/id/london-borough-council/" + code.replace("_", "-") for code in codes],
    ):
        assert key("organisation", written) == codes


def test_no_two_providers_have_names_with_one_key(key):
    named = [(row["provider_code"], row["provider_name"]) for row in seed("market/providers.csv")]
    named += [(row["provider_code"], row["name"]) for row in seed("code_maps/organisation_names.csv")]
    owners = {}
    for (provider, _), found in zip(named, key("organisation", [name for _, name in named]), strict=True):
        owners.setdefault(found, set()).add(provider)
    assert {found: those for found, those in owners.items() if len(those) > 1} == {}


def test_no_name_of_the_seed_is_one_that_the_key_reaches_by_itself(key):
    rows = seed("code_maps/organisation_names.csv")
    keys = key("organisation", [row["name"] for row in rows])
    assert [row["name"] for row, found in zip(rows, keys, strict=True) if found == row["provider_code"]] == []
    assert not doubled(keys)


def test_every_organisation_name_leads_to_a_provider():
    providers = {row["provider_code"] for row in seed("market/providers.csv")}
    assert {row["provider_code"] for row in seed("code_maps/organisation_names.csv")} <= providers

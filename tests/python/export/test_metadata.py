"""What the metadata says, in the words of each standard."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from citymart.exports.export import export
from citymart.exports.verify import faults
from citymart.home import PROJECT
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS

OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def said(folder: Path, name: str):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_the_data_package_has_types_key_rows_bytes_and_hash_of_each_csv(exported):
    resources = {each["path"]: each for each in said(exported, "datapackage.json")["resources"]}
    sites = resources["sites.csv"]
    assert sites["title"] == "The sites"
    assert sites["licenses"][0] == {
        "name": "OGL-UK-3.0",
        "title": "Open Government Licence v3.0",
        "path": OGL,
    }
    assert sites["rows"] == 2
    assert sites["bytes"] == (exported / "sites.csv").stat().st_size
    assert sites["schema"]["primaryKey"] == ["key"]
    assert sites["schema"]["fields"][0] == {
        "name": "key",
        "type": "integer",
        "description": "What key means.",
        "constraints": {"required": True, "unique": True},
    }
    types = {each["name"]: each["type"] for each in resources["payments.csv"]["schema"]["fields"]}
    assert types == {
        "key": "integer",
        "supplier": "string",
        "paid_date": "date",
        "amount": "number",
        "note": "string",
        "paid_at": "datetime",
        "spellings": "array",
        "lines": "integer",
        "founded_at": "datetime",
        "is_first": "boolean",
        "share": "number",
        "provider_code": "string",
        "as_of_date": "date",
    }


def test_dcat_has_licence_publisher_period_place_and_rhythm_of_a_dataset(exported):
    graph = Graph().parse(exported / "dcat.ttl", publicID="https://example.org/")
    payments, sites = URIRef("https://example.org/payments"), URIRef("https://example.org/sites")
    assert graph.value(payments, DCTERMS.license) == URIRef(OGL)
    assert graph.value(payments, DCTERMS.accrualPeriodicity) == URIRef("http://purl.org/cld/freq/monthly")
    assert str(graph.value(graph.value(payments, DCTERMS.temporal), DCAT.endDate)) == "2024-03-31"
    box = "POLYGON((-0.1181 51.5099, -0.1181 51.5099, -0.1181 51.5099, -0.1181 51.5099, -0.1181 51.5099))"
    assert str(graph.value(graph.value(sites, DCTERMS.spatial), DCAT.bbox)) == box
    file = URIRef("https://example.org/payments#csv")
    assert (payments, DCAT.distribution, file) in graph
    assert graph.value(file, DCAT.byteSize).toPython() == (exported / "payments.csv").stat().st_size
    assert str(graph.value(file, DCAT.mediaType)) == "https://www.iana.org/assignments/media-types/text/csv"


def test_the_contract_has_types_key_rows_and_licence(exported):
    contract = yaml.safe_load((exported / "payments.odcs.yaml").read_text(encoding="utf-8"))
    assert contract["apiVersion"] == "v3.1.0" and contract["version"] == "1.2.0"
    (table,) = contract["schema"]
    columns = {each["name"]: each for each in table["properties"]}
    assert columns["key"]["primaryKey"] and columns["key"]["physicalType"] == "INTEGER"
    assert columns["amount"]["customProperties"] == [{"property": "unit", "value": "GBP"}]
    assert table["quality"] == [{"type": "library", "metric": "rowCount", "mustBe": 4}]
    assert {"type": "licence", "url": OGL} in contract["authoritativeDefinitions"]


def test_lineage_has_an_event_a_product_with_what_it_was_made_of(exported):
    lines = (exported / "openlineage.jsonl").read_text(encoding="utf-8").splitlines()
    events = {each["job"]["name"]: each for each in map(json.loads, lines)}
    assert set(events) == {"marts.areas", "marts.payments", "marts.sites", "marts.unused", "market.coverage"}
    payments = events["marts.payments"]
    assert payments["eventType"] == "COMPLETE" and payments["eventTime"] == "2024-04-01T00:00:00+00:00"
    assert [each["name"] for each in payments["inputs"]] == ["conformed.int_payments", "seeds.suppliers"]
    assert payments["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 4


def test_the_uk_model_is_given_no_organisation_that_is_not_in_its_list(exported):
    by_title = {each["title"]: each for each in said(exported, "gcmem.json")["datasets"]}
    payments = by_title["The payments"]
    assert "publisher" not in payments and "creator" not in payments
    assert payments["updateFrequency"] == "freq:monthly"
    assert payments["accessRights"] == "OPEN" and payments["securityClassification"] == "NOT_APPLICABLE"
    assert by_title["The areas"]["updateFrequency"] == "freq:irregular"
    assert by_title["The coverage"]["licence"] == "DATA_SHARE_AGREEMENT"


def test_with_a_url_all_addresses_are_whole(home, tmp_path):
    folder = export(home, to=tmp_path / "x", formats=["csv"], base="https://data.example.org/x").folder
    addresses = [
        file["downloadURL"] for each in said(folder, "data.json")["dataset"] for file in each["distribution"]
    ]
    assert "https://data.example.org/x/payments.csv" in addresses
    assert all(each.startswith("https://data.example.org/x/") for each in addresses)
    assert faults(folder) == []


def test_what_is_not_open_does_not_say_that_it_is(home, tmp_path):
    folder = export(home, audience="operator", to=tmp_path / "o", formats=["csv"]).folder
    assert {each["accessRights"] for each in said(folder, "gcmem.json")["datasets"]} == {"INTERNAL"}
    assert {each["accessLevel"] for each in said(folder, "data.json")["dataset"]} == {"restricted public"}


COMMANDS = re.findall(
    r"^\./citymart (export .*?)\s+#", (PROJECT / "docs/exports.md").read_text(), re.MULTILINE
)


def test_the_document_has_commands():
    assert len(COMMANDS) == 4


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_document_work(home, citymart, tmp_path, command):
    export(home)
    here = {
        "fct_payments": "payments",
        "/tmp/maps": str(tmp_path / "maps"),
        "warehouse/exports/RELEASE/open": str(home.exports / "R1" / "open"),
    }
    done = citymart(home.root, *(here.get(word, word) for word in shlex.split(command)))
    assert done.returncode == 0, done.stdout + done.stderr


def test_verifying_a_folder_that_was_changed_exits_with_1_and_names_the_file(home, citymart, tmp_path):
    folder = export(home, to=tmp_path / "changed", formats=["csv"]).folder
    (folder / "sites.csv").write_text("key\r\n1\r\n")
    done = citymart(home.root, "export", "--verify", folder)
    assert done.returncode == 1
    assert "sites.csv is not what was written" in done.stdout

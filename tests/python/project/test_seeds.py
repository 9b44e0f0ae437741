"""The seeds agree with each other and with the contracts of the models."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def subjects(project: Path) -> list[str]:
    return [row["subject"] for row in rows(project / "seeds/market/subjects.csv")]


@pytest.fixture(scope="module")
def fields(project: Path) -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for row in rows(project / "seeds/layouts/subject_fields.csv"):
        found.setdefault(row["subject"], {})[row["field"]] = row["is_required"] == "true"
    return found


def test_the_macro_names_the_subjects_of_the_seed(project: Path, subjects: list[str]) -> None:
    macro = (project / "macros/mapping/subjects.sql").read_text()
    assert sorted(re.findall(r"'(\w+)'", macro)) == sorted(subjects)


def test_every_subject_is_a_source_a_folder_and_a_layout(project: Path, subjects: list[str]) -> None:
    sources = yaml.safe_load((project / "models/landing/_sources.yml").read_text())["sources"][0]["tables"]
    assert {table["name"] for table in sources} == {*subjects, "receipts", "rejects"}
    for subject in subjects:
        assert (project / f"models/staging/{subject}/base_{subject}.sql").exists(), subject
        assert (project / f"models/staging/{subject}/stg_{subject}.sql").exists(), subject
        assert (project / f"seeds/layouts/layout_{subject}.csv").exists(), subject


def test_layouts_name_fields_that_exist_and_no_column_twice(
    project: Path, subjects: list[str], fields: dict[str, dict[str, bool]]
) -> None:
    providers = {row["provider_code"] for row in rows(project / "seeds/market/providers.csv")} | {"*"}
    for subject in subjects:
        layout = rows(project / f"seeds/layouts/layout_{subject}.csv")
        assert {row["field"] for row in layout} <= {*fields[subject], "-"}, subject
        assert {row["provider_code"] for row in layout} <= providers, subject
        keys = Counter((row["provider_code"], column_key(row["source_column"])) for row in layout)
        assert [key for key, times in keys.items() if times > 1] == [], subject
        shared = {
            column_key(row["source_column"]): row["field"] for row in layout if row["provider_code"] == "*"
        }
        repeats = [
            row["source_column"]
            for row in layout
            if row["provider_code"] != "*"
            and not row["format"]
            and shared.get(column_key(row["source_column"])) == row["field"]
        ]
        assert repeats == [], f"{subject}: a shared row says the same"


def column_key(name: str) -> str:
    return name if name.startswith("#") else re.sub(r"[^a-z0-9]", "", name.lower())


def test_required_fields_are_those_of_the_contracts(
    project: Path, subjects: list[str], fields: dict[str, dict[str, bool]]
) -> None:
    for subject in subjects:
        models = yaml.safe_load((project / f"models/staging/{subject}/_{subject}.yml").read_text())["models"]
        base = next(model for model in models if model["name"] == f"base_{subject}")
        columns = {column["name"]: column["config"]["meta"] for column in base["columns"]}
        assert set(fields[subject]) <= set(columns), subject
        required = {name for name, meta in columns.items() if meta.get("required")}
        assert required == {name for name, is_required in fields[subject].items() if is_required}, subject


def test_fields_are_classified_in_the_seed_as_in_the_contracts(project: Path, subjects: list[str]) -> None:
    seeded = {
        (row["subject"], row["field"]): row["classification"]
        for row in rows(project / "seeds/layouts/subject_fields.csv")
    }
    for subject in subjects:
        models = yaml.safe_load((project / f"models/staging/{subject}/_{subject}.yml").read_text())["models"]
        base = next(model for model in models if model["name"] == f"base_{subject}")
        for column in base["columns"]:
            said = seeded.get((subject, column["name"]))
            assert said in (None, column["config"]["meta"]["classification"]), (subject, column["name"])


def test_nothing_personal_is_in_a_model_that_is_published(project: Path) -> None:
    for path in [*project.glob("models/marts/**/*.yml"), *project.glob("models/market/**/*.yml")]:
        if "restricted" in path.parts:
            continue
        for model in yaml.safe_load(path.read_text()).get("models") or []:
            for column in model["columns"]:
                assert column["config"]["meta"]["classification"] != "personal", (
                    model["name"],
                    column["name"],
                )


def test_the_required_fields_of_a_table_are_fields_of_its_subject(
    project: Path, fields: dict[str, dict[str, bool]]
) -> None:
    tables = rows(project / "seeds/layouts/subject_tables.csv")
    for row in tables:
        assert row["field"] in fields[row["subject"]], row
    for subject in {row["subject"] for row in tables}:
        assert not any(fields[subject].values()), f"{subject}: its tables say what is required"


def test_every_issue_type_named_in_sql_is_in_the_seed(project: Path) -> None:
    known = {row["issue_type"] for row in rows(project / "seeds/codes/issue_types.csv")}
    prefixes = "|".join(sorted({name.split("_")[0] for name in known}))
    suffixes = "|".join(sorted({name.split("_", 1)[1] for name in known}))
    for path in [*project.glob("models/**/*.sql"), *project.glob("macros/**/*.sql")]:
        named = set(re.findall(rf"'((?:{prefixes})_(?:{suffixes}))'", path.read_text()))
        assert named <= known, path.name


def test_what_an_issue_is_compared_by_is_a_field_of_its_subject(
    project: Path, fields: dict[str, dict[str, bool]]
) -> None:
    for row in rows(project / "seeds/codes/issue_references.csv"):
        having = [subject for subject in fields if row["field"] in fields[subject]]
        assert having if row["subject"] == "*" else row["subject"] in having, row


def test_code_maps_lead_to_codes_that_exist(project: Path) -> None:
    for path in sorted(project.glob("seeds/code_maps/code_map_*.csv")):
        codes = {row["code"] for row in rows(project / "seeds/codes" / path.name.removeprefix("code_map_"))}
        mapped = {row["code"] for row in rows(path)} - {""}  # mapped on purpose to no code
        assert mapped <= codes, path.name


def test_no_provider_is_named_in_code(project: Path) -> None:
    """Names, codes and quirks of a provider are data: seeds, sample and the tests' own examples."""
    names = {
        row["provider_code"]
        for row in rows(project / "seeds/market/providers.csv")
        if row["provider_code"] not in {"demo"}
    }
    pattern = re.compile(rf"(?<![a-z])({'|'.join(sorted(names))})(?![a-z])", re.IGNORECASE)
    code = [
        path
        for folder, suffix in [
            ("models", "*.sql"),
            ("models", "*.yml"),
            ("macros", "*.sql"),
            ("scripts", "*.py"),
        ]
        for path in project.glob(f"{folder}/**/{suffix}")
    ]
    named = {
        f"{path.relative_to(project)}:{number}: {match.group()}"
        for path in code
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for match in [pattern.search(line)]
        if match
    }
    assert named == set()

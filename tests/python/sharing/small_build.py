"""A build as small as can be, with what a publish reads of one: two boroughs, rows of every class, people."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

CLASSES = {
    "marts.homes": {
        "provider_code": "open",
        "uprn": "shared",
        "ward_code": "open",
        "empty_since_date": "restricted",
        "payer": "personal",
    },
    "marts.calendar": {"day": "open"},
    "marts.suspects": {"provider_code": "open", "uprn": "open"},
    "restricted.dim_person": {"person_key": "personal", "birth_date": "personal", "borough_code": "open"},
    "restricted.names": {"person_key": "personal", "provider_code": "open"},
    "restricted.known": {
        "unit": "open",
        "borough_code": "open",
        "services": "open",
        "number_known": "personal",
    },
}


def small_build(folder: Path, agreements: str | None = None) -> Path:
    """`mart.duckdb` in the folder, and dbt's manifest in `target`. `agreements` are rows in SQL."""
    file = folder / "mart.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as con:
        con.execute(
            f"""
            create schema landing; create schema seeds; create schema marts; create schema restricted;
            create table landing.extracts as select * from (values ('a', true), ('b', true))
                as t (provider_code, is_landed);
            create table seeds.providers as select * from (values
                ('a', 'london_borough', 'E1'), ('b', 'london_borough', 'E2'), ('c', 'london_borough', 'E3')
            ) as t (provider_code, provider_type, gss_code);
            create table seeds.audiences as select * from (values
                ('open', false), ('city', true), ('borough/*', true))
                as t (audience, is_encrypted);
            create table seeds.agreements as
            select * replace (valid_from::date as valid_from, valid_to::date as valid_to)
            from (values {agreements or AGREEMENTS}) as t (
                agreement, audience, provider_code, product, classification, purpose, lawful_basis,
                valid_from, valid_to);
            create table seeds.degradations as select * from (values
                ('restricted.dim_person', 'person_key', 'city', 'keyed_hash'),
                ('restricted.dim_person', 'birth_date', 'city', 'year'),
                ('restricted.dim_person', 'person_key', 'borough/*', 'keyed_hash'))
                as t (product, field, audience, method);
            create table seeds.products as select * from (values
                ('restricted.dim_person', null, null, null, null, null),
                ('restricted.known', 'number_known', 'unit', 'borough_code services; borough_code', 7, 5)
            ) as t (product, count_column, counted_column, margins, threshold, base);
            create table marts.homes as select * from (values
                ('a', 1, 'W1', date '2026-01-01', 'Ann Lee'), ('a', 2, 'W1', null, 'Bob Orr'),
                ('b', 3, 'W2', date '2026-02-02', 'Cy Poe'))
                as t (provider_code, uprn, ward_code, empty_since_date, payer);
            create table marts.suspects as select 'a' as provider_code, 1 as uprn;
            create table marts.calendar as select date '2026-01-01' as day;
            create table restricted.dim_person as select * from (values
                ('k1', date '1980-02-03', 'E1', ['a']), ('k2', date '1990-12-31', 'E2', ['a', 'b']))
                as t (person_key, birth_date, borough_code, provider_codes);
            create table restricted.names as select 'Ann Lee' as person_key, 'a' as provider_code;
            create table restricted.known as select * from (values
                ('person', 'E1', 'tax', 100), ('person', 'E1', 'tax + care', 3), ('person', 'E1', 'care', 41),
                ('person', 'E2', 'tax', 58), ('person', 'E2', 'care', 0))
                as t (unit, borough_code, services, number_known);
            comment on table marts.homes is 'Homes';
            """
        )
    target = folder / "target"
    target.mkdir(exist_ok=True)
    nodes = {
        f"model.{label}": {
            "resource_type": "model",
            "schema": label.split(".")[0],
            "name": label.split(".")[1],
            "config": {"meta": {"rows": "shared"} if label == "marts.suspects" else {}},
            "columns": {name: {"config": {"meta": {"classification": c}}} for name, c in columns.items()},
        }
        for label, columns in CLASSES.items()
    }
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    return file


def line(audience: str, provider: str, classification: str, product: str = "*", to: str | None = None) -> str:
    until = f"'{to}'" if to else "null"
    return (
        f"('X', '{audience}', '{provider}', '{product}', '{classification}', 'p', 'l', '2026-01-01', {until})"
    )


AGREEMENTS = ", ".join(
    [
        *(line("open", provider, "open") for provider in "ab"),
        *(line("city", provider, "shared") for provider in "ab"),
        line("borough/*", "own", "restricted"),
        *(line("borough/*", provider, "open", "marts.calendar") for provider in "ab"),
    ]
)

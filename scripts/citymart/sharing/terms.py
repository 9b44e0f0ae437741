"""What is agreed: which audience gets what of whom on a day, as the seeds of a build say (`seeds/market`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ..disclosure.rules import Rule
from ..errors import CityMartError
from ..home import PROJECT
from .keys import OPERATOR, Keys

LEVELS = {"open": 1, "shared": 2, "restricted": 3, "personal": 4}
"""Classifications, from what everybody may see up. An agreement gives up to `restricted`: what is personal
leaves by a method that is declared for the column, or not at all.
"""
METHODS = {
    "keep": "{column}",
    "keyed_hash": "{hashed}",
    "year": "year({column})",
    "month": "cast(date_trunc('month', {column}) as date)",
    "postcode_district": "regexp_extract({column}, '^[^ ]+')",
}
"""How a value is made less telling, as SQL."""
EACH_BOROUGH, OWN, ANY = "borough/*", "own", "*"
SEEDS = ("audiences", "agreements", "degradations", "products", "providers")


@dataclass(frozen=True)
class Agreement:
    """One line: of this provider the audience gets this product, up to this classification."""

    agreement: str
    provider_code: str
    product: str
    level: int
    purpose: str
    lawful_basis: str


@dataclass(frozen=True)
class Audience:
    """Who gets a file."""

    name: str
    is_encrypted: bool
    agreements: tuple[Agreement, ...]
    methods: Mapping[tuple[str, str], str]
    """(product, column) → the method that is declared for it."""

    def levels(self, product: str) -> dict[str, int]:
        """Provider → the highest level at which its rows of the product may be seen; nobody else's may."""
        found: dict[str, int] = {}
        for line in self.agreements:
            if line.product in ("*", product):
                found[line.provider_code] = max(line.level, found.get(line.provider_code, 0))
        return found

    def names_of(self, product: str) -> list[str]:
        return sorted({line.agreement for line in self.agreements if line.product in ("*", product)})


@dataclass(frozen=True)
class Control:
    """Disclosure control of a product of counts: which column counts, which says what is counted, which
    totals are shown, and the rule.
    """

    column: str
    counted: str
    margins: tuple[tuple[str, ...], ...]
    rule: Rule


@dataclass(frozen=True)
class Terms:
    """All that is agreed on a day."""

    day: date
    audiences: tuple[Audience, ...]
    restricted_products: Mapping[str, Control | None]
    borough_codes: Mapping[str, str]
    """GSS code of a borough → its provider code."""
    senders: frozenset[str]
    """Who has sent anything that the build holds."""
    fingerprint: str


def read_terms(con: duckdb.DuckDBPyConnection, catalog: str, day: date) -> Terms | None:
    """The terms as the build's seeds have them on `day`; None for a project without these seeds.

    Raises `CityMartError` for a line that can't be meant.
    """
    there = {
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where database_name = ? and schema_name = 'seeds'",
            [catalog],
        ).fetchall()
    }
    if not there.issuperset(SEEDS):
        return None
    audiences, agreements, degradations, products, providers = (
        rows_of(con, f'"{catalog}".seeds."{name}"') for name in SEEDS
    )
    signed = [line for line in agreements if _is_valid(line, day)]
    _check(audiences, agreements, degradations, {row["provider_code"] for row in providers})
    sent = con.execute(f'select distinct provider_code from "{catalog}".landing.extracts where is_landed')
    senders = frozenset(code for (code,) in sent.fetchall())
    boroughs = sorted(senders & _boroughs(providers))
    found = []
    for row in audiences:
        of_audience = [line for line in signed if line["audience"] == row["audience"]]
        for name, own in _files(row["audience"], boroughs, of_audience):
            found.append(
                Audience(
                    name,
                    bool(row["is_encrypted"]),
                    tuple(_agreement(line, own) for line in of_audience),
                    {
                        (each["product"], each["field"]): each["method"]
                        for each in degradations
                        if each["audience"] == row["audience"]
                    },
                )
            )
    controls = {row["product"]: _control(row) for row in products}
    told = json.dumps([audiences, signed, degradations, products], default=str, sort_keys=True)
    return Terms(
        day,
        tuple(found),
        controls,
        {row["gss_code"]: row["provider_code"] for row in providers if row["gss_code"]},
        senders,
        hashlib.sha256(told.encode()).hexdigest(),
    )


def with_keys(terms: Terms, keys: Keys | None) -> str:
    """The fingerprint of the terms and of the keys that are in use: another key, another release."""
    said = [terms.fingerprint]
    if keys is not None:
        for audience in terms.audiences:
            if audience.is_encrypted:
                key = keys.of(audience.name)
                both = f"{key.version}|{key.encryption_key}|{key.hash_key}"
                said.append(hashlib.sha256(both.encode()).hexdigest())
    return hashlib.sha256("|".join(said).encode()).hexdigest()


def _files(audience: str, boroughs: list[str], signed: list[dict]) -> Iterator[tuple[str, str | None]]:
    if audience != EACH_BOROUGH:
        if signed:
            yield audience, None
        return
    # A borough gets a file of its own while it gives something to the others.
    giving = {line["provider_code"] for line in signed}
    yield from ((f"borough/{borough}", borough) for borough in boroughs if borough in giving)


def _boroughs(providers: list[dict]) -> set[str]:
    return {row["provider_code"] for row in providers if row["provider_type"] == "london_borough"}


def _agreement(line: dict, own: str | None) -> Agreement:
    return Agreement(
        line["agreement"],
        own if line["provider_code"] == OWN and own else line["provider_code"],
        line["product"],
        LEVELS[line["classification"]],
        line["purpose"],
        line["lawful_basis"],
    )


def _is_valid(line: dict, day: date) -> bool:
    return line["valid_from"] <= day and (line["valid_to"] is None or day <= line["valid_to"])


def _control(row: dict) -> Control | None:
    if not row["count_column"]:
        return None
    margins = tuple(tuple(margin.split()) for margin in row["margins"].split(";"))
    return Control(
        row["count_column"],
        row["counted_column"],
        margins,
        Rule(threshold=int(row["threshold"]), base=int(row["base"])),
    )


def _check(audiences: list[dict], agreements: list[dict], degradations: list[dict], providers: set) -> None:
    names = {row["audience"] for row in audiences}
    if OPERATOR in names:
        raise CityMartError(f"seeds/market/audiences.csv: {OPERATOR} is the name of the home's own key")
    for line in agreements:
        where = f"seeds/market/agreements.csv: {line['agreement']} with {line['audience']}"
        if line["audience"] not in names:
            raise CityMartError(f"{where}: there is no such audience in audiences.csv")
        if line["classification"] not in ("open", "shared", "restricted"):
            raise CityMartError(
                f"{where}: classification {line['classification']!r} must be open, shared or restricted"
            )
        if line["provider_code"] not in providers | {OWN, *([ANY] if line["product"] != "*" else [])}:
            raise CityMartError(f"{where}: {line['provider_code']!r} is no provider of providers.csv")
        if line["valid_from"] is None or not line["purpose"] or not line["lawful_basis"]:
            raise CityMartError(f"{where}: purpose, lawful_basis and valid_from must be said")
    for row in degradations:
        if row["audience"] not in names or row["method"] not in METHODS:
            raise CityMartError(
                f"seeds/market/degradations.csv: {row['product']}.{row['field']}: the audience must be one"
                f" of {', '.join(sorted(names))}, the method one of {', '.join(METHODS)}"
            )


def rows_of(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """The rows of a table (SQL), column → value."""
    found = con.execute(f"select * from {table} order by all")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def encrypted_audiences(seeds: Path = PROJECT / "seeds") -> list[str]:
    """Every audience whose file is encrypted, as the project's seeds have them now."""
    with duckdb.connect() as con:
        audiences, providers = (
            rows_of(con, f"read_csv('{seeds}/market/{name}.csv', header = true, all_varchar = true)")
            for name in ("audiences", "providers")
        )
    names: list[str] = []
    for row in audiences:
        if row["is_encrypted"] == "true":
            each = row["audience"] == EACH_BOROUGH
            names += (
                [f"borough/{code}" for code in sorted(_boroughs(providers))] if each else [row["audience"]]
            )
    return names

"""A release of five products (one without a row): texts, dates, shapes, points; and the catalogue of it."""

from __future__ import annotations

import json
from datetime import date

import duckdb
from citymart.catalogue.described import Catalogue, Column, Note, Product
from citymart.catalogue.tables import write_catalogue
from citymart.dbt_plugin import spatial_extension
from citymart.home import Home
from citymart.sharing.files import attach
from citymart.sharing.keys import Key

SQL = """
create schema marts;
create schema market;
create table marts.payments as
select
    key, supplier, date '2024-03-31' as paid_date, amount::decimal(18, 2) as amount,
    timestamptz '2024-03-31 12:00:00+01' as paid_at, ['a', 'b'] as spellings, note,
    key::hugeint * 1000 as lines, timestamp '1850-01-01 00:00:00' as founded_at, key = 1 as is_first,
    key / 4 as share, 'C1' as cost_centre, 'camden' as provider_code, date '2024-03-31' as as_of_date
from (values
    (1, 'Ada "A" Ltd, London', 1.5, '=1+1'), (2, '-5', -5, '+44 20 7946 0000'),
    (3, '@home', 0, e'two\\nlines'), (4, null, null, e'\\tx')
) as rows (key, supplier, amount, note);
create table marts.areas as
select
    i as key,
    st_aswkb(st_transform(square, 'EPSG:27700', 'EPSG:4326', always_xy := true)) as boundary,
    st_aswkb(square) as boundary_grid
from (
    select i, st_makeenvelope(530000 + i * 100, 180000, 530090 + i * 100, 180090) as square
    from range(300) as r (i)
);
create table marts.sites as
select * from (values
    (1, -0.1181, 51.5099, 530680, 180460), (2, null, null, null, null)
) as rows (key, longitude, latitude, easting, northing);
create table market.coverage as
select 'spending' as subject, 'camden' as provider_code, 'London Borough of Camden' as provider_name;
create table marts.unused (key integer, label varchar);
comment on table marts.sites is 'One row a site.';
comment on column marts.sites.key is 'Its number.';
"""
NAMES = {
    "payments": (
        *("key", "supplier", "paid_date", "amount", "paid_at", "spellings", "note", "lines", "founded_at"),
        *("is_first", "share", "cost_centre", "provider_code", "as_of_date"),
    ),
    "areas": ("key", "boundary", "boundary_grid"),
    "sites": ("key", "longitude", "latitude", "easting", "northing"),
    "unused": ("key", "label"),
    "coverage": ("subject", "provider_code", "provider_name"),
}
LINEAGE = [
    ("camden", "provider", "spending", "subject"),
    ("conformed.int_payments", "conformed", "marts.payments", "marts"),
    ("seeds.suppliers", "seeds", "marts.payments", "marts"),
    ("spending", "subject", "staging.base_spending", "staging"),
]


def _product(name: str, **said: object) -> Product:
    known = {
        "name": name,
        "title": f"The {name}",
        "description": f"One row a thing of {name}. And “more”: it's all.",
        "theme": "finance",
        "licence": "OGL-UK-3.0",
        "licence_title": "Open Government Licence v3.0",
        "licence_url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "attribution": "Contains OS data",
        "keywords": ("spending", "city"),
        "limits": "Nothing else",
        "notes": (Note("1.2.0", date(2024, 3, 1), "More"), Note("1.0.0", date(2024, 1, 1), "First")),
        "key": "key" if "key" in NAMES[name] else None,
        "subjects": ("spending",),
        "days_between_deliveries": 31,
        "newest": date(2024, 3, 31),
        "columns": {
            column: Column(f"What {column} means.", "open", "GBP" if column == "amount" else None, None)
            for column in NAMES[name]
        },
        "ancestors": frozenset({f"marts.{name}", "conformed.int_payments", "staging.base_spending"}),
    }
    return Product(**(known | said))  # type: ignore[arg-type]


CATALOGUE = Catalogue(
    "City data office",
    "data@example.org",
    {
        "payments": _product("payments"),
        "areas": _product("areas", attribution=None, days_between_deliveries=None),
        "sites": _product("sites"),
        "unused": _product("unused"),
        "coverage": _product(
            "coverage", licence="agreement", licence_title="Under an agreement", licence_url=None, keywords=()
        ),
    },
    LINEAGE,
    "",
)


def write_release(home: Home, key: Key) -> None:
    """The release `R1` of the home: the files of the operator, the public and analysts (`key` locks it)."""
    folder = home.published / "releases" / "R1"
    (folder / "audiences").mkdir(parents=True)
    files = {
        "operator": (folder / "city_data_mart.duckdb", None),
        "open": (folder / "audiences" / "open.duckdb", None),
        "city": (folder / "audiences" / "city.duckdb", key),
    }
    for audience, (path, its_key) in files.items():
        with duckdb.connect() as con:
            con.execute(f"load '{spatial_extension()}'")
            attach(con, path, "release", its_key)
            con.execute("use release")
            con.execute(SQL)
            if audience == "open":
                con.execute("alter table marts.payments drop column cost_centre")
            day, is_open = date(2024, 4, 1), audience == "open"
            write_catalogue(con, "release", CATALOGUE, {}, day, release_id="R1", is_open=is_open)
            con.execute("use memory")
            con.execute("detach release")
    audiences = [
        {"audience": name, "file": path.relative_to(folder).as_posix(), "is_encrypted": its_key is not None}
        | {"key_version": its_key.version if its_key else None}
        for name, (path, its_key) in files.items()
        if name != "operator"
    ]
    manifest = {
        "release_id": "R1",
        "data_hash": "0",
        "created_at": "2024-04-01T00:00:00+00:00",
        "code": {"version": "0.1.0"},
        "tables": [],
        "audiences": audiences,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home.published / "current").symlink_to("releases/R1")

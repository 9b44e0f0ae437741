"""A hand-made truth of a borough: streets of houses and of blocks with flats, and a person or two in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

PROPERTIES = 4_000


@dataclass(frozen=True)
class Borough:
    provider_code: str
    number: int
    name: str


BOROUGHS = [
    ("barnet", 3, "Barnet"),
    ("bexley", 4, "Bexley"),
    ("brent", 5, "Brent"),
    ("bromley", 6, "Bromley"),
    ("camden", 7, "Camden"),
    ("ealing", 9, "Ealing"),
    ("enfield", 10, "Enfield"),
    ("hackney", 12, "Hackney"),
    ("islington", 19, "Islington"),
]
CAMDEN = Borough("camden", 7, "Camden")
ISLINGTON = Borough("islington", 19, "Islington")


def build(con: duckdb.DuckDBPyConnection, borough: Borough, *, scale: float, **_asked) -> None:
    """A twelfth house of a street is a block of five flats; `scale` 1 has some four thousand properties."""
    many = int(PROPERTIES * scale)
    code, number = borough.provider_code, borough.number
    con.execute(
        f"""
        create table areas as
        select 'Z01' || '{number:02}' || '0001' as lsoa_code, '{borough.name} 001A' as lsoa_name,
            'Z02' || '{number:02}' || '0001' as msoa_code, '{borough.name} 001' as msoa_name,
            'Z05' || '{number:02}' || '0001' as ward_code, 'North' as ward_name,
            'E090000{number:02}' as borough_code, '{borough.name}' as borough_name, '{code}' as provider_code,
            'POLYGON ((530000 180000, 531000 180000, 531000 181000, 530000 180000))' as boundary_wkt;

        create table properties as
        with numbered as (
            select i, i // 12 as street, 1 + i % 12 as place from range({many}) as r (i)
        ),
        parts as (
            select *,
                ['High', 'Church', 'Mill', 'Station', 'Queen''s', 'Mañana'][1 + street % 6] || ' '
                || ['Street', 'Road', 'Avenue', 'Lane'][1 + street // 6 % 4] as street_name,
                case when place > 7 then place - 7 end as flat
            from numbered
        )
        select
            990000000000 + {number} * 100000000 + i as uprn,
            case when flat is not null
                then 990000000000 + {number} * 100000000 + 90000000 + street
            end as parent_uprn,
            '{code}' as provider_code, 'E090000{number:02}' as borough_code,
            {number} * 10000 + street as usrn,
            case when flat is null then 'terrace' else 'flat' end as kind,
            null::varchar as sao_text, flat::integer as sao_start_number, null::varchar as sao_start_suffix,
            null::integer as sao_end_number, null::varchar as sao_end_suffix,
            case when flat is not null then 'Block ' || street end as pao_text,
            case when flat is null then place * 2 - 1 else 15 end::integer as pao_start_number,
            null::varchar as pao_start_suffix, null::integer as pao_end_number, null::varchar as
            pao_end_suffix, street_name, null::varchar as locality, 'London' as town_name, 'NW9' || (1 +
            street % 8) || ' ' || (street % 10) || 'AB' as postcode, null::varchar as organisation, 530000 +
            i::integer as easting, 180000 + i::integer as northing, (-0.1 - i / 100000)::decimal(9, 6) as
            longitude, (51.5 + i / 100000)::decimal(9, 6) as latitude, 'Z01' || '{number:02}' || '0001' as
            lsoa_code, 'Z02' || '{number:02}' || '0001' as msoa_code, 'Z05' || '{number:02}' || '0001' as
            ward_code, false as is_commercial, date '2020-01-01' as from_date, null::date as to_date
        from parts;

        create table postcodes as
        select postcode, '{code}' as provider_code, min(lsoa_code) as lsoa_code, min(msoa_code) as msoa_code,
            min(ward_code) as ward_code, min(borough_code) as borough_code,
            min(easting) as easting, min(northing) as northing,
            date '1980-01-01' as introduced_date, null::date as terminated_date
        from properties group by postcode;

        create table people as
        select 'P' || '{number:02}' || lpad(i::varchar, 8, '0') as person_id, '{code}' as provider_code,
            990000000000 + {number} * 100000000 + i as uprn,
            ['Mr', 'Mrs', 'Ms'][1 + i % 3] as title,
            ['Robert', 'Margaret', 'Zoë', 'Mohammed', 'Elizabeth'][1 + i % 5] as first_name,
            ['Smith', 'O''Brien', 'Okonkwo', 'Patel', 'Łukasz', 'Müller'][1 + i % 6] as surname,
            case when i % 4 = 0 then 'Birthname' else surname end as birth_surname,
            date '1950-01-01' + (i * 7 % 20000)::integer as date_of_birth,
            'QQ' || lpad((i * 7919 % 1000000)::varchar, 6, '0') || 'C' as nino,
            lpad((4000000000 + i)::varchar, 10, '0') as nhs_number,
            '0207946' || lpad((i % 10000)::varchar, 4, '0') as phone, 'p' || i || '@example.org' as email
        from range({many}) as r (i);
        """
    )


def write(con: duckdb.DuckDBPyConnection, folder: Path, provider_code: str) -> None:
    for table in ("areas", "properties", "postcodes", "people"):
        (folder / table).mkdir(parents=True, exist_ok=True)
        con.execute(f"copy {table} to '{folder / table / provider_code}.parquet' (format parquet)")

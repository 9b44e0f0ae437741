"""The truth of a generated city holds together: what is said of a property, a person or a place is so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from citymart.dbt_plugin import spatial_extension
from citymart.sample.truth import PROPERTIES, TABLES, boroughs, build_truth, write_truth

AS_OF = date(2026, 10, 1)
SCALE = 0.01
WHOSE = ("camden", "islington")


def made(folder: Path, whose: tuple[str, ...] = WHOSE, threads: int = 2) -> Path:
    for borough in boroughs(list(whose)):
        with duckdb.connect(config={"threads": threads}) as con:
            build_truth(con, borough, scale=SCALE, seed=7, as_of=AS_OF, months=3)
            write_truth(con, folder, borough.provider_code)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="module")
def truth(folder) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"load '{spatial_extension()}'")
    for table in TABLES:
        con.execute(f"create view {table} as from read_parquet('{folder}/{table}/*.parquet')")
    return con


def none(truth: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Fails with the first rows of a query that must have none."""
    assert truth.execute(f"select * from ({sql}) limit 5").fetchall() == []


def one(truth: duckdb.DuckDBPyConnection, sql: str):
    return truth.execute(sql).fetchone()[0]


# -- Places ---------------------------------------------------------------------------------------


def test_every_property_lies_in_the_area_that_it_is_said_to(truth):
    none(
        truth,
        """
        select uprn from properties left join areas using (lsoa_code)
        where areas.lsoa_code is null
            or not st_contains(st_geomfromtext(boundary_wkt), st_point(easting, northing))
        """,
    )


def test_the_areas_of_a_borough_leave_no_gap_and_do_not_overlap(truth):
    none(
        truth,
        """
        select provider_code from areas group by 1
        having abs(
            sum(st_area(st_geomfromtext(boundary_wkt)))
            - st_area(st_union_agg(st_geomfromtext(boundary_wkt)))
        ) > 1
        """,
    )


def test_both_coordinates_of_a_property_are_of_one_place(truth):
    none(
        truth,
        """
        with placed as (
            select uprn, easting, northing,
                st_transform(st_point(latitude, longitude), 'EPSG:4326', 'EPSG:27700') as point
            from properties
        )
        select uprn, easting, st_x(point), northing, st_y(point) from placed
        where abs(st_x(point) - easting) > 10 or abs(st_y(point) - northing) > 10
        """,
    )


def test_a_postcode_is_one_place_and_looks_like_none_that_exists(truth):
    none(truth, "select postcode from postcodes group by 1 having count(*) > 1")
    none(
        truth,
        "select postcode from postcodes"
        " where not regexp_full_match(postcode, '[A-Z]{1,2}[0-9]{2} [0-9][A-Z]{2}')",
    )
    none(truth, "select uprn from properties anti join postcodes using (postcode)")


def test_two_boroughs_have_streets_of_one_name(truth):
    shared = one(
        truth,
        """
        select count(*) from (
            select street_name from streets group by 1 having count(distinct provider_code) > 1
        )
        """,
    )
    assert shared > 0


# -- Properties -----------------------------------------------------------------------------------


def test_there_are_as_many_properties_as_the_scale_asks_for(truth):
    every = sum(borough.share for borough in boroughs("all"))
    for borough in boroughs(list(WHOSE)):
        asked = PROPERTIES * borough.share / every * SCALE
        found = one(
            truth,
            "select count(*) from properties"
            f" where provider_code = '{borough.provider_code}' and not is_shell",
        )
        assert abs(found / asked - 1) < 0.15, (borough.provider_code, asked, found)


def test_a_uprn_is_of_one_property_and_a_parent_stands_at_the_same_address(truth):
    none(truth, "select uprn from properties group by 1 having count(*) > 1")
    none(
        truth,
        """
        select child.uprn from properties as child
        left join properties as parent on child.parent_uprn = parent.uprn
        where child.parent_uprn is not null
            and (parent.uprn is null or parent.usrn <> child.usrn or parent.plot_id <> child.plot_id)
        """,
    )


def test_an_address_is_of_one_property(truth):
    none(
        truth,
        """
        select usrn, pao_text, pao_start_number, pao_start_suffix,
            sao_text, sao_start_number, sao_start_suffix
        from properties where to_date is null
        group by all having count(*) > 1
        """,
    )


def test_every_way_to_be_addressed_occurs(truth):
    shown = truth.execute(
        """
        select
            count(*) filter (where pao_end_number is not null) as ranges,
            count(*) filter (where pao_start_suffix is not null) as suffixes,
            count(*) filter (where pao_text is not null) as names,
            count(*) filter (where parent_uprn is not null) as children,
            count(*) filter (where kind = 'flat_above_shop') as above_shops,
            count(*) filter (where kind = 'conversion_flat') as conversions,
            count(*) filter (where kind = 'terrace') as terraces,
            count(*) filter (where to_date is not null) as ended
        from properties
        """
    ).fetchone()
    assert all(shown), shown
    of_status = dict(
        truth.execute("select logical_status, count(*) from alternative_addresses group by 1").fetchall()
    )
    # BS 7666 logical status: approved, alternative, historical.
    assert {1, 3, 8} <= set(of_status), of_status


def test_what_a_property_is_fits_its_class(truth):
    none(
        truth,
        """
        select uprn, kind, blpu_class from properties
        where is_dwelling and left(blpu_class, 1) <> 'R' or is_commercial and left(blpu_class, 1) <> 'C'
            or is_dwelling and (tenure is null or council_tax_band is null)
            or is_hmo and not is_dwelling
        """,
    )


# -- People ---------------------------------------------------------------------------------------


def test_nobody_lives_anywhere_before_birth_after_death_or_in_a_property_that_is_not_there(truth):
    none(
        truth,
        """
        select residences.* from residences
        left join people using (person_id)
        left join properties using (uprn)
        where people.person_id is null or properties.uprn is null
            or residences.from_date < date_of_birth
            or residences.to_date <= residences.from_date
            or residences.to_date > properties.to_date
            or residences.from_date >= date_of_death
            or (date_of_death is not null and coalesce(residences.to_date > date_of_death, true))
        """,
    )


def test_nobody_lives_in_two_places_at_once(truth):
    none(
        truth,
        """
        select a.person_id, a.uprn, b.uprn from residences as a
        inner join residences as b
            on a.person_id = b.person_id and a.residence_id < b.residence_id
            and a.from_date < coalesce(b.to_date, date '9999-12-31')
            and b.from_date < coalesce(a.to_date, date '9999-12-31')
        """,
    )


def test_people_move_between_boroughs_part_and_die(truth):
    moved = one(
        truth,
        """
        select count(*) from (
            select person_id from residences group by 1 having count(distinct provider_code) > 1
        )
        """,
    )
    died = one(truth, "select count(*) from people where date_of_death is not null")
    parted = one(
        truth,
        """
        select count(*) from residences
        inner join occupations using (occupation_id)
        inner join people using (person_id)
        where relation = 'partner' and residences.to_date < coalesce(occupations.to_date, date '9999-12-31')
            and date_of_death is null
        """,
    )
    assert min(moved, died, parted) > 0, (moved, died, parted)


def test_parents_are_older_than_their_children(truth):
    none(
        truth,
        """
        select child.person_id from people as child
        inner join people as parent on parent.person_id in (child.mother_id, child.father_id)
        where child.date_of_birth < parent.date_of_birth + interval 14 years
        """,
    )


def test_an_nhs_number_has_its_check_digit_and_is_of_one_person(truth):
    none(
        truth,
        """
        with digits as (
            select nhs_number, list_transform(range(1, 11), lambda i: nhs_number[i]::int) as d
            from people where nhs_number is not null
        )
        select nhs_number from digits
        where len(nhs_number) <> 10
            or (11 - list_sum([d[i] * (11 - i) for i in range(1, 10)]) % 11) % 11 <> d[10]
        """,
    )
    none(truth, "select nhs_number from people group by 1 having count(distinct person_id) > 1")
    none(
        truth,
        "select nino from people where nino is not null group by 1 having count(distinct person_id) > 1",
    )


def test_households_are_as_large_as_londons(truth):
    size = one(
        truth,
        """
        select avg(people) from (
            select household_id, count(*) as people from residences
            where to_date is null group by household_id
        )
        """,
    )
    # Census 2021: 2.5 in Inner London; lodgers and rooms of shared houses bring it to either side.
    assert 1.9 < size < 3.0, size


def test_houses_in_multiple_occupation_show_as_such(truth):
    adults, turnover = truth.execute(
        """
        with homes as (
            select is_hmo, uprn,
                count(distinct person_id) filter (where residences.to_date is null) as living,
                count(*) filter (where residences.from_date > date '2023-10-01') as arrivals
            from properties inner join residences using (uprn) group by all
        )
        select avg(living) filter (where is_hmo) / avg(living) filter (where not is_hmo),
            avg(arrivals) filter (where is_hmo) / avg(arrivals) filter (where not is_hmo)
        from homes
        """
    ).fetchone()
    assert adults > 1.5 and turnover > 3, (adults, turnover)
    licensed, not_licensed = truth.execute(
        """
        select count(*) filter (where is_licensed), count(*) filter (where is_licensable and not is_licensed)
        from hmos
        """
    ).fetchone()
    assert licensed > 10 and not_licensed > 10


# -- The same, always -----------------------------------------------------------------------------


def test_threads_and_other_boroughs_change_nothing(folder, tmp_path):
    alone = made(tmp_path / "alone", ("camden",), threads=1)
    for table in TABLES:
        file = f"{table}/camden.parquet"
        assert (alone / file).read_bytes() == (folder / file).read_bytes(), table

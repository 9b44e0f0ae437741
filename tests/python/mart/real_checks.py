"""What must be true of places built from the real extracts: sentences, and SQL that must return no rows.

Areas, population and sites were counted in the files with Python's csv module, not by the project's own
code. The counts of changed areas agree with the codes: 4,659 stand in both files, 176 only in the older and
335 only in the newer.
"""

from __future__ import annotations

CHECKS: list[tuple[str, str]] = [
    (
        "every area of both editions is in the mart, and no invented one",
        """
        select vintage, count(*) from marts.dim_area group by vintage
        having count(*) is distinct from case vintage when 2011 then 4835 when 2021 then 4994 end
            or min(lsoa_code) not like 'E01%' or max(lsoa_code) not like 'E01%'
        """,
    ),
    (
        "all 33 boroughs have boundaries, and London is 1,573 square kilometres",
        """
        select count(*) from marts.dim_borough
        having count(*) <> 33 or count(boundary) <> 33 or abs(sum(area_hectares) - 157300) > 100
        """,
    ),
    (
        "boundaries that cross themselves were mended, and told of",
        """
        select vintage, count(*) from (
            select vintage, unnest(issues).issue_type as issue_type from staging.stg_geography
        )
        where issue_type = 'boundary_repaired'
        group by vintage
        having count(*) <> case vintage when 2011 then 12 when 2021 then 10 end
        """,
    ),
    (
        "every boundary in the mart is a polygon",
        "select area_key from marts.dim_area where boundary is null or boundary_grid is null",
    ),
    (
        "an area is unchanged if and only if it kept its code",
        "select * from conformed.int_area_changes where (change = 'unchanged') <> (from_code = to_code)",
    ),
    (
        "4,659 areas stayed, 132 were split and 44 merged into 22",
        """
        select change, count(distinct from_code), count(distinct to_code) from conformed.int_area_changes
        group by change
        having (count(distinct from_code), count(distinct to_code))
            not in ((4659, 4659), (132, 313), (44, 22))
        """,
    ),
    (
        "the shares of every older area, and of every newer, add up to one",
        """
        select from_code from conformed.int_area_changes
        group by from_code having abs(sum(share_of_from) - 1) > 1e-9
        union all
        select to_code from conformed.int_area_changes
        group by to_code having abs(sum(share_of_to) - 1) > 1e-9
        """,
    ),
    (
        "the population of London in 2020 is 9,002,488, before and after it is carried to the areas of 2021",
        """
        select sum(value) from marts.fct_area_indicators
        where indicator_code = 'population' and period = '2020'
        having abs(sum(value) - 9002488) > 0.001 or sum(value) is null
        """,
    ),
    (
        "each file of indicators is of the vintage that its columns name",
        """
        select extracts.source_file from conformed.int_indicator_vintages
        inner join landing.extract_columns using (extract_id)
        inner join landing.extracts using (extract_id)
        where extract_columns.field = 'area_code' and extract_columns.status = 'mapped'
            and extract_columns.source_column like 'LSOA%CD'
            and vintage <> 2000 + extract_columns.source_column[5:6]::integer
        """,
    ),
    (
        "at least 99 % of the register's sites that a borough reports lie in that borough",
        """
        select count(*) from conformed.int_record_locations
        inner join landing.extracts using (extract_id)
        where extracts.source_file = 'london-register.csv' and expected_borough_code is not null
        having count(*) <> 1038
            or count(lsoa_code) filter (where borough_code = expected_borough_code) < 0.99 * count(*)
        """,
    ),
    (
        "the two sites of the register that lie elsewhere lost a minus sign, and have an issue each",
        """
        select x_as_sent, issue_type from conformed.int_record_locations
        inner join landing.extracts using (extract_id)
        where extracts.source_file = 'london-register.csv'
            and borough_code is distinct from expected_borough_code and expected_borough_code is not null
            and not (issue_type = 'coordinate_in_other_borough' and x_as_sent in ('0.129232', '0.086676'))
        """,
    ),
    (
        "earth-centred coordinates without their Z are read, all 101 of them",
        """
        select count(*) from conformed.int_record_locations
        inner join landing.extracts using (extract_id)
        where extracts.source_file = 'london-register.csv' and coordinate_system = 'earth_centred'
        having count(*) <> 101 or count(lsoa_code) <> 101
        """,
    ),
    (
        "sites of authorities elsewhere in England have a point, no area and no blame for it",
        """
        select subject, provider_code, easting, lsoa_code, issue_type from conformed.int_record_locations
        inner join seeds.providers using (provider_code)
        where provider_type = 'other_local_authority'
            and not (
                lsoa_code is null
                and issue_type is distinct from 'coordinate_outside_london'
                and (issue_type is not distinct from 'coordinate_unreadable') = (easting is null)
            )
        """,
    ),
    (
        "what was swapped in the register of a cathedral city is put right",
        """
        select x_as_sent, longitude, latitude from conformed.int_record_locations
        where repair_type = 'coordinate_swapped' and x_as_sent like '52.%'
            and not (longitude between -2.3 and -2.1 and latitude between 52.1 and 52.3)
        """,
    ),
]

-- dim_street.sql
-- One row a street (USRN) of a borough's gazetteer as it stands.
with

names as (

    select * from {{ ref('int_gazetteer_streets') }}
    where valid_until_date is null
    qualify row_number() over (partition by provider_code, usrn order by language = 'ENG' desc, language asc) = 1

),

lines as (

    select * from {{ ref('int_street_lines') }}

),

boroughs as (

    {{ provider_boroughs() }}

),

areas as (

    select
        lsoa_code,
        ward_code,
        st_geomfromwkb(boundary) as polygon
    from {{ ref('int_areas') }}
    where is_current_vintage and boundary is not null

),

middles as (

    select
        provider_code,
        usrn,
        st_point(
            (street_start_easting + street_end_easting) / 2,
            (street_start_northing + street_end_northing) / 2
        ) as middle
    from lines
    where street_start_easting + street_end_easting + street_start_northing + street_end_northing is not null

),

-- A middle on the border of two areas lies in both.
placed as (

    select
        middles.provider_code,
        middles.usrn,
        min(areas.lsoa_code) as lsoa_code,
        min_by(areas.ward_code, areas.lsoa_code) as ward_code
    from middles
    inner join areas on st_intersects(areas.polygon, middles.middle)
    group by middles.provider_code, middles.usrn

)

select
    names.provider_code || '/' || names.usrn as street_key,
    names.usrn,
    boroughs.borough_code,
    names.street_description as street_name,
    names.locality,
    names.town,
    lines.street_record_type,
    lines.street_start_easting as start_easting,
    lines.street_start_northing as start_northing,
    lines.street_end_easting as end_easting,
    lines.street_end_northing as end_northing,
    lines.straight_length_metres,
    placed.lsoa_code,
    placed.ward_code,
    names.provider_code,
    names.extract_id,
    names.row_number
from names
inner join boroughs on names.provider_code = boroughs.provider_code
left join lines on names.provider_code = lines.provider_code and names.usrn = lines.usrn
left join placed on names.provider_code = placed.provider_code and names.usrn = placed.usrn

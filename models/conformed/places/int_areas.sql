-- int_areas.sql
-- One row a small area of London and census vintage, from its borough's newest edition, whoever sent it.
with

boroughs as (

    select * from {{ ref('providers') }}
    where provider_type = 'london_borough'

),

-- A national file holds areas that no record of the city lies in.
areas as (

    select geography.*
    from {{ ref('stg_geography') }} as geography
    inner join boroughs on geography.borough_code = boroughs.gss_code
    where geography.area_code is not null

),

extracts as (

    select * from {{ ref('extracts') }}

),

delivered as (

    select
        areas.* exclude (record_hash, issues),
        extracts.as_of_date,
        extracts.landed_at
    from areas
    inner join extracts on areas.extract_id = extracts.extract_id

),

-- A borough's edition gives way to a newer one as a whole: invented boundaries never stand between real ones.
editions as (

    select * from delivered
    qualify
        rank() over (
            partition by vintage, borough_code
            order by as_of_date desc, provider_code asc
        ) = 1

),

-- Seen: an area in two files of one edition, the later one redrawn.
current_areas as (

    select * from editions
    qualify
        row_number() over (
            partition by vintage, area_code
            order by as_of_date desc, landed_at desc, extract_id asc, row_number asc
        ) = 1

),

shaped as (

    select
        *,
        vintage = max(vintage) over () as is_current_vintage,
        st_geomfromwkb(boundary) as polygon
    from current_areas

)

select
    vintage || '/' || area_code as area_key,
    vintage,
    is_current_vintage,
    area_code as lsoa_code,
    area_name as lsoa_name,
    parent_code as msoa_code,
    parent_name as msoa_name,
    borough_code,
    borough_name,
    ward_code,
    ward_name,
    boundary,
    st_area(polygon) as area_square_metres,
    st_x(st_centroid(polygon)) as easting,
    st_y(st_centroid(polygon)) as northing,
    provider_code,
    extract_id,
    row_number,
    as_of_date
from shaped

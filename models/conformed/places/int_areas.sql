-- int_areas.sql
-- One row a small area of London and census vintage, from the newest edition of the vintage, whoever sent it.
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

sent as (

    select
        vintage,
        extract_id
    from areas
    group by vintage, extract_id

),

-- A whole edition gives way to a newer one: invented boundaries never stand between real ones.
editions as (

    select
        sent.vintage,
        sent.extract_id,
        extracts.as_of_date
    from sent
    inner join extracts on sent.extract_id = extracts.extract_id
    qualify
        row_number() over (
            partition by sent.vintage
            order by extracts.as_of_date desc, extracts.landed_at desc, sent.extract_id desc
        ) = 1

),

shaped as (

    select
        areas.* exclude (record_hash, issues),
        editions.as_of_date,
        areas.vintage = max(areas.vintage) over () as is_current_vintage,
        st_geomfromwkb(areas.boundary) as polygon
    from areas
    inner join editions on areas.vintage = editions.vintage and areas.extract_id = editions.extract_id

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
    boundary,
    st_area(polygon) as area_square_metres,
    st_x(st_centroid(polygon)) as easting,
    st_y(st_centroid(polygon)) as northing,
    provider_code,
    extract_id,
    row_number,
    as_of_date
from shaped

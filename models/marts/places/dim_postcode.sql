-- dim_postcode.sql
-- One row a postcode of London, live or terminated, with the areas it lies in.
with

postcodes as (

    select * from {{ ref('int_postcodes') }}

)

select
    postcode,
    regexp_extract(postcode, '^\S+') as postcode_district,
    borough_code,
    lsoa_code,
    msoa_code,
    ward_code,
    area_method,
    introduced_date,
    terminated_date,
    is_live,
    user_type,
    easting,
    northing,
    longitude,
    latitude,
    grid_quality,
    deprivation_rank,
    provider_code,
    as_of_date,
    extract_id,
    row_number,
    line_number
from postcodes

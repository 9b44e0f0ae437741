-- dim_area.sql
-- One row a small area (LSOA) and census vintage.
with

areas as (

    select * from {{ ref('int_areas') }}

),

placed as (

    select
        *,
        {{ grid_to_degrees('st_point(easting, northing)') }} as centre,
        {{ grid_to_degrees('st_geomfromwkb(boundary)') }} as boundary_degrees
    from areas

)

select
    area_key,
    vintage,
    is_current_vintage,
    lsoa_code,
    lsoa_name,
    msoa_code,
    msoa_name,
    borough_code,
    borough_name,
    ward_code,
    ward_name,
    round(easting, 2) as easting,
    round(northing, 2) as northing,
    round(st_x(centre), 6) as longitude,
    round(st_y(centre), 6) as latitude,
    round(area_square_metres / 10000, 4) as area_hectares,
    st_aswkb(boundary_degrees) as boundary,
    boundary as boundary_grid,
    provider_code,
    extract_id,
    as_of_date
from placed

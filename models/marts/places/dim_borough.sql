-- dim_borough.sql
-- One row a London borough, the City of London among them, whether or not anything of it has landed.
with

providers as (

    select * from {{ ref('providers') }}
    where provider_type = 'london_borough'

),

areas as (

    select * from {{ ref('int_areas') }}
    where is_current_vintage

),

outlines as (

    select
        borough_code,
        min(borough_name) as borough_name,
        count(*) as lsoas,
        count(distinct msoa_code) as msoas,
        sum(area_square_metres) as area_square_metres,
        st_union_agg(st_geomfromwkb(boundary) order by lsoa_code) as outline
    from areas
    group by borough_code

),

placed as (

    select
        *,
        st_centroid(outline) as centre,
        {{ grid_to_degrees('st_centroid(outline)') }} as centre_degrees,
        {{ grid_to_degrees('outline') }} as outline_degrees
    from outlines

)

select
    providers.gss_code as borough_code,
    coalesce(
        placed.borough_name,
        case
            when providers.provider_name like '% Corporation'
                then regexp_replace(providers.provider_name, ' Corporation$', '')
            else regexp_replace(providers.provider_name, '^(London Borough|Royal Borough|City) of ', '')
        end
    ) as borough_name,
    providers.provider_name as authority_name,
    providers.provider_code,
    coalesce(placed.lsoas, 0) as lsoas,
    coalesce(placed.msoas, 0) as msoas,
    round(placed.area_square_metres / 10000, 4) as area_hectares,
    round(st_x(placed.centre), 2) as easting,
    round(st_y(placed.centre), 2) as northing,
    round(st_x(placed.centre_degrees), 6) as longitude,
    round(st_y(placed.centre_degrees), 6) as latitude,
    st_aswkb(placed.outline_degrees) as boundary
from providers
left join placed on providers.gss_code = placed.borough_code

-- int_property_locations.sql
-- One row a point on which properties lie: its degrees and the current small area in which it falls.
with

points as (

    select distinct
        easting,
        northing,
        st_point(easting, northing) as point
    from {{ ref('int_property_history') }}
    where easting is not null and northing is not null

),

areas as (

    select
        lsoa_code,
        msoa_code,
        ward_code,
        borough_code,
        st_geomfromwkb(boundary) as polygon
    from {{ ref('int_areas') }}
    where is_current_vintage and boundary is not null

),

-- A point on the line between two areas lies in both: the first by code has it.
inside as (

    select
        points.easting,
        points.northing,
        areas.* exclude (polygon),
        0::double as distance_metres
    from points
    inner join areas on st_intersects(areas.polygon, points.point)
    qualify row_number() over (partition by points.easting, points.northing order by areas.lsoa_code) = 1

),

outside as (

    select points.*
    from points
    anti join inside on points.easting = inside.easting and points.northing = inside.northing

),

-- Outlines are cut to whole metres: a point a few steps outside belongs to the nearest.
beside as (

    select
        outside.easting,
        outside.northing,
        areas.* exclude (polygon),
        st_distance(areas.polygon, outside.point) as distance_metres
    from outside
    inner join areas
        on st_intersects(
                areas.polygon,
                st_makeenvelope(outside.easting - 25, outside.northing - 25, outside.easting + 25, outside.northing + 25)
            )
    qualify row_number() over (partition by outside.easting, outside.northing order by distance_metres, areas.lsoa_code) = 1

),

placed as (

    select * from inside
    union all
    select * from beside
    where distance_metres <= 25

),

in_degrees as (

    select
        easting,
        northing,
        {{ grid_to_degrees('point') }} as degrees
    from points

)

select
    in_degrees.easting,
    in_degrees.northing,
    round(st_x(in_degrees.degrees), 6) as longitude,
    round(st_y(in_degrees.degrees), 6) as latitude,
    placed.lsoa_code,
    placed.msoa_code,
    placed.ward_code,
    placed.borough_code,
    case when placed.distance_metres = 0 then 'point_in_area' when placed.distance_metres > 0 then 'nearest_area' end
        as area_method
from in_degrees
left join placed on in_degrees.easting = placed.easting and in_degrees.northing = placed.northing

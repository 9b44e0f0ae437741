-- int_record_locations.sql
-- One row a record that lies somewhere: its point and the current small area in which it falls.
with

coordinates as (

    select
        *,
        easting is not null as is_readable,
        -- Outlines are cut to whole metres, and some coordinates are no better than their system.
        greatest(25, accuracy_metres) as reach_metres
    from {{ ref('int_coordinates') }}

),

areas as (

    select
        lsoa_code,
        msoa_code,
        borough_code,
        st_geomfromwkb(boundary) as polygon
    from {{ ref('int_areas') }}
    where is_current_vintage and boundary is not null

),

geography as (

    select
        count(*) > 0 as is_landed,
        list(distinct borough_code) as borough_codes
    from areas

),

points as (

    select
        record_key,
        expected_borough_code,
        reach_metres,
        st_point(easting, northing) as point,
        st_makeenvelope(
            easting - reach_metres, northing - reach_metres, easting + reach_metres, northing + reach_metres
        ) as surroundings
    from coordinates
    where is_readable

),

near as (

    select
        points.*,
        areas.lsoa_code,
        areas.msoa_code,
        areas.borough_code,
        st_distance(areas.polygon, points.point) as distance_metres,
        coalesce(areas.borough_code = points.expected_borough_code, false) as is_expected_borough
    from points
    inner join areas on st_intersects(areas.polygon, points.surroundings)

),

-- A point a few steps outside the borough that reports it belongs to that borough's nearest area.
placed as (

    select * from near
    where
        distance_metres = 0
        or (distance_metres <= reach_metres and (is_expected_borough or expected_borough_code is null))
    qualify
        row_number() over (
            partition by record_key
            order by is_expected_borough desc, distance_metres asc, lsoa_code asc
        ) = 1

)

select
    coordinates.record_key,
    coordinates.subject,
    coordinates.provider_code,
    coordinates.extract_id,
    coordinates.row_number,
    coordinates.line_number,
    coordinates.x_as_sent,
    coordinates.y_as_sent,
    coordinates.system_as_sent,
    coordinates.coordinate_system,
    coordinates.method,
    coordinates.easting,
    coordinates.northing,
    coordinates.longitude,
    coordinates.latitude,
    coordinates.accuracy_metres,
    placed.lsoa_code,
    placed.msoa_code,
    placed.borough_code,
    coordinates.expected_borough_code,
    case
        when placed.distance_metres = 0 then 'point_in_area'
        when placed.distance_metres > 0 then 'nearest_area'
    end as area_method,
    placed.distance_metres,
    coordinates.is_readable and coordinates.reading_issue is not null as is_repaired,
    case when coordinates.is_readable then coordinates.reading_issue end as repair_type,
    case
        when not coordinates.is_readable then coordinates.reading_issue
        when placed.borough_code <> coordinates.expected_borough_code then 'coordinate_in_other_borough'
        when
            placed.lsoa_code is null and geography.is_landed and coordinates.is_in_london
            and (
                coordinates.expected_borough_code is null
                or list_contains(geography.borough_codes, coordinates.expected_borough_code)
            )
            then 'coordinate_outside_london'
        else coordinates.reading_issue
    end as issue_type
from coordinates
cross join geography
left join placed on coordinates.record_key = placed.record_key

-- int_coordinates.sql
-- One row a record that lies somewhere: its coordinate in the system that the numbers fall into, whatever is named.
with

records as (

    select * from {{ ref('int_coordinates_as_sent') }}

),

areas as (

    select * from {{ ref('int_areas') }}
    where is_current_vintage

),

-- Where Great Britain's numbers lie in each system. No two overlap, but for grid references the other way round.
systems as (

    select * from {{ ref('coordinate_systems') }}

),

extent as (

    select
        min(st_xmin(st_geomfromwkb(boundary))) as west,
        max(st_xmax(st_geomfromwkb(boundary))) as east,
        min(st_ymin(st_geomfromwkb(boundary))) as south,
        max(st_ymax(st_geomfromwkb(boundary))) as north
    from areas

),

numbers as (

    select
        *,
        {{ coordinate_numbers('x_as_sent') }} as in_x,
        {{ coordinate_numbers('y_as_sent') }} as in_y,
        {{ coordinate_numbers('system_as_sent') }} as in_system
    from records

),

pairs as (

    select
        * exclude (in_x, in_y, in_system),
        len(in_x) <> 1 or len(in_y) <> 1 as is_in_one_cell,
        case
            when len(in_x) = 1 and len(in_y) = 1 then [in_x[1], in_y[1]]
            when len(in_x) = 2 then in_x
            when len(in_y) = 2 then in_y
            when len(in_system) = 2 then in_system
        end as pair
    from numbers

),

turned as (

    select
        record_key,
        is_in_london,
        unnest([pair, list_reverse(pair)]) as way,
        unnest([false, true]) as is_swapped
    from pairs
    where pair is not null

),

-- A grid reference may be one both ways round: for an authority of London, the way that leads to London.
fits as (

    select
        turned.record_key,
        turned.is_swapped,
        turned.way[1] as x,
        turned.way[2] as y,
        systems.system,
        systems.name_pattern,
        systems.accuracy_metres
    from turned
    inner join systems
        on
            turned.way[1] between systems.min_x and systems.max_x
            and turned.way[2] between systems.min_y and systems.max_y
    cross join extent
    qualify
        row_number() over (
            partition by turned.record_key
            order by
                coalesce(
                    turned.is_in_london and systems.system = 'grid'
                    and turned.way[1] between extent.west and extent.east
                    and turned.way[2] between extent.south and extent.north,
                    false
                ) desc,
                turned.is_swapped asc
        ) = 1

),

in_degrees as (

    select
        *,
        case system
            when 'degrees' then st_point(x, y)
            when 'grid' then {{ grid_to_degrees('st_point(x, y)') }}
            when 'mercator' then {{ mercator_to_degrees('st_point(x, y)') }}
            when 'earth_centred' then st_point(degrees(atan2(y, x)), {{ latitude_without_z('x', 'y') }})
        end as point_degrees
    from fits

),

on_grid as (

    select
        *,
        case when system = 'grid' then st_point(x, y) else {{ degrees_to_grid('point_degrees') }} end as point_grid
    from in_degrees

)

select
    pairs.* exclude (pair, is_in_one_cell, has_coordinate_columns),
    on_grid.system as coordinate_system,
    on_grid.system
    || case when on_grid.is_swapped then '_swapped' else '' end
    || case when pairs.is_in_one_cell then '_in_one_cell' else '' end as method,
    on_grid.accuracy_metres,
    round(st_x(on_grid.point_grid), 2) as easting,
    round(st_y(on_grid.point_grid), 2) as northing,
    round(st_x(on_grid.point_degrees), 7) as longitude,
    round(st_y(on_grid.point_degrees), 7) as latitude,
    case
        when pairs.x_as_sent is null and pairs.y_as_sent is null and pairs.pair is null
            then case when pairs.has_coordinate_columns then 'coordinate_missing' end
        when on_grid.system is null then 'coordinate_unreadable'
        when pairs.is_in_one_cell then 'coordinate_in_one_cell'
        when on_grid.is_swapped then 'coordinate_swapped'
        when on_grid.system = 'earth_centred' then 'coordinate_incomplete'
        when not regexp_matches(lower(pairs.system_as_sent), on_grid.name_pattern) then 'coordinate_system_differs'
    end as reading_issue
from pairs
left join on_grid on pairs.record_key = on_grid.record_key

-- int_postcodes.sql
-- One row a postcode of London, live or terminated, as the newest edition has it.
with

boroughs as (

    select gss_code
    from {{ ref('providers') }}
    where provider_type = 'london_borough'

),

-- The directory is of the whole kingdom. A place elsewhere gets no area of the city, so its postcode would tell nothing.
london as (

    select postcodes.*
    from {{ ref('stg_postcode_directory') }} as postcodes
    inner join boroughs on postcodes.borough_code = boroughs.gss_code
    where postcodes.postcode is not null

),

extracts as (

    select * from {{ ref('extracts') }}

),

newest_editions as (

    select london.*
    from london
    inner join extracts on london.extract_id = extracts.extract_id
    qualify extracts.as_of_date = max(extracts.as_of_date) over (partition by london.provider_code)

),

editions as (

    {{ current_snapshots('postcode_directory', 'newest_editions') }}

),

-- Seen: an edition in a file a postcode area, with a few postcodes in two of them; and one postcode twice in one file.
current_postcodes as (

    select
        newest_editions.* exclude (record_hash, issues),
        extracts.as_of_date
    from newest_editions
    inner join editions on newest_editions.extract_id = editions.extract_id
    inner join extracts on newest_editions.extract_id = extracts.extract_id
    qualify
        row_number() over (
            partition by newest_editions.postcode
            order by
                extracts.as_of_date desc,
                extracts.landed_at desc,
                newest_editions.extract_id desc,
                newest_editions.row_number desc
        ) = 1

),

areas as (

    select
        lsoa_code,
        msoa_code,
        borough_code,
        st_geomfromwkb(boundary) as polygon
    from {{ ref('int_areas') }}
    where is_current_vintage

),

mapped_boroughs as (

    select distinct borough_code from areas

),

-- An edition may be older or newer than the boundaries: a code that they have not is found again by the point.
points as (

    select
        current_postcodes.postcode,
        current_postcodes.borough_code,
        st_point(current_postcodes.easting, current_postcodes.northing) as point
    from current_postcodes
    anti join areas on coalesce(current_postcodes.lsoa_2021_code, current_postcodes.lsoa_2011_code) = areas.lsoa_code
    where current_postcodes.easting is not null and current_postcodes.northing is not null

),

placed as (

    select
        points.postcode,
        areas.lsoa_code,
        areas.msoa_code
    from points
    inner join areas on st_intersects(areas.polygon, points.point)
    where areas.borough_code = points.borough_code
    -- A point on the line between two areas lies in both.
    qualify row_number() over (partition by points.postcode order by areas.lsoa_code asc) = 1

),

degrees as (

    select
        postcode,
        {{ grid_to_degrees('st_point(easting, northing)') }} as point_degrees
    from current_postcodes
    where easting is not null and northing is not null

)

select
    current_postcodes.postcode,
    current_postcodes.borough_code,
    case
        when areas.lsoa_code is not null then areas.lsoa_code
        when placed.lsoa_code is not null then placed.lsoa_code
        when mapped_boroughs.borough_code is null then current_postcodes.lsoa_2021_code
    end as lsoa_code,
    case
        when areas.lsoa_code is not null then areas.msoa_code
        when placed.lsoa_code is not null then placed.msoa_code
        when mapped_boroughs.borough_code is null then current_postcodes.msoa_2021_code
    end as msoa_code,
    current_postcodes.ward_code,
    case
        when areas.lsoa_code is not null then 'directory'
        when placed.lsoa_code is not null then 'point_in_area'
        when mapped_boroughs.borough_code is null and current_postcodes.lsoa_2021_code is not null then 'directory'
    end as area_method,
    current_postcodes.introduced_date,
    current_postcodes.terminated_date,
    current_postcodes.terminated_date is null as is_live,
    current_postcodes.user_type,
    current_postcodes.easting,
    current_postcodes.northing,
    round(coalesce(current_postcodes.longitude, st_x(degrees.point_degrees)), 6) as longitude,
    round(coalesce(current_postcodes.latitude, st_y(degrees.point_degrees)), 6) as latitude,
    current_postcodes.grid_quality,
    current_postcodes.deprivation_rank,
    current_postcodes.provider_code,
    current_postcodes.extract_id,
    current_postcodes.row_number,
    current_postcodes.line_number,
    current_postcodes.as_of_date
from current_postcodes
left join areas on coalesce(current_postcodes.lsoa_2021_code, current_postcodes.lsoa_2011_code) = areas.lsoa_code
left join placed on current_postcodes.postcode = placed.postcode
left join mapped_boroughs on current_postcodes.borough_code = mapped_boroughs.borough_code
left join degrees on current_postcodes.postcode = degrees.postcode

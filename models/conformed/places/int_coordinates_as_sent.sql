-- int_coordinates_as_sent.sql
-- One row a record of a subject whose records lie somewhere: its coordinate as sent, and where it should lie.
with

sites as (

    select * from {{ ref('stg_brownfield_land') }}

),

reporters as (

    select * from {{ ref('int_brownfield_reporters') }}

),

applications as (

    select * from {{ ref('stg_planning_applications') }}

),

service_requests as (

    select * from {{ ref('stg_service_requests') }}

),

food_ratings as (

    select * from {{ ref('stg_food_ratings') }}

),

food_reporters as (

    select * from {{ ref('int_food_reporters') }}

),

trees as (

    select * from {{ ref('stg_street_trees') }}

),

tree_reporters as (

    select * from {{ ref('int_tree_reporters') }}

),

providers as (

    select
        *,
        provider_type not in ('other_local_authority', 'national_body') as is_in_london
    from {{ ref('providers') }}

),

-- A file without a column for it does not lack a coordinate in every record.
coordinate_columns as (

    select distinct extract_id
    from {{ ref('extract_columns') }}
    where field in ('geo_x', 'geo_y', 'easting', 'northing', 'longitude', 'latitude') and status = 'mapped'

),

-- The fields of an application are a grid reference by name.
records as (

    select
        'brownfield_land' as subject,
        sites.provider_code,
        sites.extract_id,
        sites.row_number,
        sites.line_number,
        sites.geo_x as x_as_sent,
        sites.geo_y as y_as_sent,
        sites.coordinate_reference_system as system_as_sent,
        reporters.borough_code as expected_borough_code,
        reporters.is_in_london,
        true as is_point_expected
    from sites
    inner join reporters on sites.extract_id = reporters.extract_id and sites.row_number = reporters.row_number
    union all
    select
        'planning_applications' as subject,
        applications.provider_code,
        applications.extract_id,
        applications.row_number,
        applications.line_number,
        applications.easting as x_as_sent,
        applications.northing as y_as_sent,
        'British National Grid' as system_as_sent,
        case when providers.provider_type = 'london_borough' then providers.gss_code end as expected_borough_code,
        providers.is_in_london,
        true as is_point_expected
    from applications
    inner join providers on applications.provider_code = providers.provider_code
    union all
    -- A grid reference at one authority, longitude and latitude at the next; many have an address in its place.
    select
        'service_requests' as subject,
        service_requests.provider_code,
        service_requests.extract_id,
        service_requests.row_number,
        service_requests.line_number,
        service_requests.easting as x_as_sent,
        service_requests.northing as y_as_sent,
        null as system_as_sent,
        case when providers.provider_type = 'london_borough' then providers.gss_code end as expected_borough_code,
        providers.is_in_london,
        service_requests.uprn is null and service_requests.address is null as is_point_expected
    from service_requests
    inner join providers on service_requests.provider_code = providers.provider_code
    union all
    -- Those whose address is somebody's home are published without one and without a point.
    select
        'food_ratings' as subject,
        food_ratings.provider_code,
        food_ratings.extract_id,
        food_ratings.row_number,
        food_ratings.line_number,
        food_ratings.longitude as x_as_sent,
        food_ratings.latitude as y_as_sent,
        'WGS84' as system_as_sent,
        food_reporters.borough_code as expected_borough_code,
        providers.is_in_london,
        false as is_point_expected
    from food_ratings
    inner join food_reporters
        on food_ratings.extract_id = food_reporters.extract_id and food_ratings.row_number = food_reporters.row_number
    inner join providers on food_reporters.reported_by_code = providers.provider_code
    union all
    -- Many lists have a grid reference and degrees: the degrees count where there is no grid reference.
    select
        'street_trees' as subject,
        trees.provider_code,
        trees.extract_id,
        trees.row_number,
        trees.line_number,
        case when coalesce(trees.easting, trees.northing) is null then trees.longitude else trees.easting end as x_as_sent,
        case when coalesce(trees.easting, trees.northing) is null then trees.latitude else trees.northing end as y_as_sent,
        null as system_as_sent,
        tree_reporters.borough_code as expected_borough_code,
        providers.is_in_london,
        true as is_point_expected
    from trees
    inner join tree_reporters
        on trees.extract_id = tree_reporters.extract_id and trees.row_number = tree_reporters.row_number
    inner join providers on tree_reporters.reported_by_code = providers.provider_code

)

select
    records.extract_id || '/' || records.row_number as record_key,
    records.* exclude (is_point_expected),
    coordinate_columns.extract_id is not null and records.is_point_expected as has_coordinate_columns
from records
left join coordinate_columns on records.extract_id = coordinate_columns.extract_id

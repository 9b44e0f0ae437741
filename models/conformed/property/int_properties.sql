-- int_properties.sql
-- One row a UPRN that a gazetteer has ever held: what is known of it last, and the areas that it lies in.
with

history as (

    select * from {{ ref('int_property_history') }}

),

locations as (

    select * from {{ ref('int_property_locations') }}

),

postcodes as (

    select * from {{ ref('int_postcodes') }}

),

statuses as (

    select * from {{ ref('logical_status') }}

),

providers as (

    {{ provider_boroughs() }}

),

last_periods as (

    select
        property_period_key,
        provider_code,
        uprn,
        is_current,
        last_seen_date,
        easting,
        northing,
        min(valid_from_date) over (partition by provider_code, uprn) as first_seen_date
    from history
    qualify row_number() over (partition by provider_code, uprn order by valid_from_date desc) = 1

),

placed as (

    select
        last_periods.*,
        providers.borough_code,
        locations.longitude,
        locations.latitude,
        locations.borough_code as borough_of_point,
        -- A point in another borough is wrong about the property, and so is its area.
        locations.lsoa_code is not null and coalesce(locations.borough_code = providers.borough_code, true) as is_placed,
        case when is_placed then locations.lsoa_code end as lsoa_of_point,
        case when is_placed then locations.msoa_code end as msoa_of_point,
        case when is_placed then locations.ward_code end as ward_of_point,
        case when is_placed then locations.area_method end as method_of_point
    from last_periods
    inner join providers on last_periods.provider_code = providers.provider_code
    left join locations
        on last_periods.easting = locations.easting and last_periods.northing = locations.northing

),

-- Seen: a property on the border in the gazetteers of both boroughs. It is of the one that its point lies in.
owned as (

    select * from placed
    qualify
        row_number() over (
            partition by uprn
            order by
                is_current desc,
                coalesce(borough_of_point = borough_code, false) desc,
                last_seen_date desc,
                provider_code asc
        ) = 1

)

select
    owned.uprn,
    owned.provider_code,
    owned.borough_code,
    coalesce(owned.lsoa_of_point, postcodes.lsoa_code) as lsoa_code,
    case when owned.lsoa_of_point is not null then owned.msoa_of_point else postcodes.msoa_code end as msoa_code,
    coalesce(owned.ward_of_point, postcodes.ward_code) as ward_code,
    case when owned.lsoa_of_point is not null then owned.method_of_point when postcodes.lsoa_code is not null then 'postcode' end
        as area_method,
    history.postcode,
    case when owned.is_current then coalesce(statuses.property_status, 'live') else 'historic' end as property_status,
    owned.first_seen_date,
    owned.longitude,
    owned.latitude,
    owned.borough_of_point,
    history.* exclude (uprn, provider_code, postcode)
from owned
inner join history on owned.property_period_key = history.property_period_key
left join statuses on history.logical_status = statuses.code
left join postcodes on history.postcode = postcodes.postcode and owned.borough_code = postcodes.borough_code

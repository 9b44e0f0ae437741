-- fct_brownfield_sites.sql
-- One row a site on a provider's current brownfield land register.
with

sites as (

    select * from {{ ref('int_brownfield_sites') }}

),

locations as (

    select * from {{ ref('int_record_locations') }}
    where subject = 'brownfield_land'

),

-- Seen: a regional collation that carries registers which their authorities also send themselves.
sources as (

    select distinct
        reported_by_code,
        first_value(provider_code) over (
            partition by reported_by_code
            order by provider_code = reported_by_code desc, as_of_date desc, provider_code asc
        ) as best_provider_code
    from sites

)

select
    sites.site_key,
    sites.provider_code,
    sites.reported_by_code,
    sites.reported_by_name,
    sites.provider_code = sources.best_provider_code as is_best_source,
    sites.borough_code,
    sites.site_reference,
    sites.occurrence as reference_occurrence,
    sites.previously_part_of,
    sites.site_address,
    sites.postcode,
    sites.site_plan_url,
    locations.easting,
    locations.northing,
    locations.longitude,
    locations.latitude,
    locations.method as location_method,
    locations.area_method,
    locations.lsoa_code,
    locations.msoa_code,
    locations.borough_code as located_borough_code,
    sites.hectares,
    sites.ownership_status,
    sites.is_deliverable,
    sites.planning_status,
    sites.permission_type,
    sites.permission_date,
    sites.planning_history,
    sites.is_proposed_for_pip,
    sites.min_net_dwellings,
    sites.net_dwellings_from,
    sites.net_dwellings_to,
    sites.development_description,
    sites.non_housing_development,
    sites.is_part_2,
    sites.has_hazardous_substances,
    sites.site_information,
    sites.notes,
    sites.first_added_date,
    sites.last_updated_date,
    sites.as_of_date,
    sites.extract_id,
    sites.row_number,
    sites.line_number
from sites
left join locations on sites.extract_id = locations.extract_id and sites.row_number = locations.row_number
inner join sources on sites.reported_by_code = sources.reported_by_code

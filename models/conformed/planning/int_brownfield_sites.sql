-- int_brownfield_sites.sql
-- One row a site on a provider's current register, with the city's codes.
with

sites as (

    select * from {{ ref('stg_brownfield_land') }}

),

current_extracts as (

    {{ current_snapshots('brownfield_land', ref('stg_brownfield_land')) }}

),

reporters as (

    select * from {{ ref('int_brownfield_reporters') }}

),

ownership as (

    {{ code_map('ownership_status', ref('stg_brownfield_land'), 'ownership_status_as_sent') }}

),

status as (

    {{ code_map('planning_status', ref('stg_brownfield_land'), 'planning_status_as_sent') }}

),

permission as (

    {{ code_map('permission_type', ref('stg_brownfield_land'), 'permission_type_as_sent') }}

),

conformed as (

    select
        sites.* exclude (record_hash, issues),
        current_extracts.as_of_date,
        reporters.reported_by_code,
        reporters.reported_by_name,
        reporters.borough_code,
        reporters.is_in_london,
        ownership.code as ownership_status,
        status.code as planning_status,
        permission.code as permission_type,
        -- Seen: one site twice in one register, letter for letter or with another address.
        row_number() over (
            partition by sites.provider_code, reporters.reported_by_code, sites.site_reference
            order by sites.extract_id, sites.row_number
        ) as occurrence
    from sites
    inner join current_extracts on sites.extract_id = current_extracts.extract_id
    inner join reporters on sites.extract_id = reporters.extract_id and sites.row_number = reporters.row_number
    left join ownership
        on sites.provider_code = ownership.provider_code and sites.ownership_status_as_sent = ownership.as_sent
    left join status
        on sites.provider_code = status.provider_code and sites.planning_status_as_sent = status.as_sent
    left join permission
        on sites.provider_code = permission.provider_code and sites.permission_type_as_sent = permission.as_sent

)

select
    md5(concat_ws('|', provider_code, reported_by_code, coalesce(site_reference, site_address, ''), occurrence))
        as site_key,
    *
from conformed

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

candidates as (

    select
        sites.* exclude (issues),
        reporters.reported_by_code,
        reporters.reported_by_name,
        reporters.borough_code,
        reporters.is_in_london,
        reporters.reported_by_code || '/' || sites.site_reference as register_entry
    from sites
    inner join current_extracts on sites.extract_id = current_extracts.extract_id
    inner join reporters on sites.extract_id = reporters.extract_id and sites.row_number = reporters.row_number

),

-- Seen: one register sent twice for one day, the second time as a spreadsheet.
newest as (

    {{ newest_by_key('candidates', 'register_entry') }}

),

conformed as (

    select
        newest.* exclude (record_hash, register_entry, period_from, period_to),
        ownership.code as ownership_status,
        status.code as planning_status,
        permission.code as permission_type
    from newest
    left join ownership
        on newest.provider_code = ownership.provider_code and newest.ownership_status_as_sent = ownership.as_sent
    left join status
        on newest.provider_code = status.provider_code and newest.planning_status_as_sent = status.as_sent
    left join permission
        on newest.provider_code = permission.provider_code and newest.permission_type_as_sent = permission.as_sent

)

select
    md5(concat_ws(
        '|',
        provider_code,
        reported_by_code,
        coalesce(site_reference, concat(extract_id, '|', row_number)),
        occurrence
    )) as site_key,
    *
from conformed

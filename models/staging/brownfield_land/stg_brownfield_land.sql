-- stg_brownfield_land.sql
-- One row a site as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_brownfield_land') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- who reports which site
        {{ clean_text('organisation_uri') }} as organisation_uri,
        {{ clean_text('organisation_name') }} as organisation_name,
        {{ clean_text('site_reference') }} as site_reference,
        {{ clean_text('previously_part_of') }} as previously_part_of,
        {{ clean_text('site_address') }} as site_address,
        {{ find_postcode('site_address') }} as postcode,
        {{ clean_text('site_plan_url') }} as site_plan_url,

        -- where: as sent, told apart in int_record_locations
        {{ clean_text('coordinate_reference_system') }} as coordinate_reference_system,
        {{ clean_text('geo_x') }} as geo_x,
        {{ clean_text('geo_y') }} as geo_y,

        -- what
        {{ parse_decimal('hectares') }} as hectares,
        {{ clean_text('ownership_status') }} as ownership_status_as_sent,
        {{ parse_boolean('deliverable') }} as is_deliverable,
        {{ clean_text('planning_status') }} as planning_status_as_sent,
        {{ clean_text('permission_type') }} as permission_type_as_sent,
        {{ parse_date('permission_date', format='permission_date_format') }} as permission_date,
        {{ clean_text('planning_history') }} as planning_history,
        {{ parse_boolean('proposed_for_pip') }} as is_proposed_for_pip,
        {{ parse_integer('min_net_dwellings') }} as min_net_dwellings,
        {{ clean_text('development_description') }} as development_description,
        {{ clean_text('non_housing_development') }} as non_housing_development,
        {{ parse_boolean('part_2') }} as is_part_2,
        {{ parse_integer('net_dwellings_from') }} as net_dwellings_from,
        {{ parse_integer('net_dwellings_to') }} as net_dwellings_to,
        {{ parse_boolean('hazardous_substances') }} as has_hazardous_substances,
        {{ clean_text('site_information') }} as site_information,
        {{ clean_text('notes') }} as notes,
        {{ parse_date('first_added_date', format='first_added_date_format') }} as first_added_date,
        {{ parse_date('last_updated_date', format='last_updated_date_format') }} as last_updated_date,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent),
    {{ issues([
        ['site_reference', blank('as_sent.site_reference')],
        ['site_address', blank('as_sent.site_address')],
        ['hectares', unreadable('as_sent.hectares', 'hectares', 'number_unreadable')],
        ['min_net_dwellings', unreadable('as_sent.min_net_dwellings', 'min_net_dwellings', 'number_unreadable')],
        ['min_net_dwellings', "case when min_net_dwellings < 0 then 'number_negative' end"],
        ['net_dwellings_from', unreadable('as_sent.net_dwellings_from', 'net_dwellings_from', 'number_unreadable')],
        ['net_dwellings_to', unreadable('as_sent.net_dwellings_to', 'net_dwellings_to', 'number_unreadable')],
        ['deliverable', unreadable('as_sent.deliverable', 'is_deliverable', 'flag_unreadable')],
        ['proposed_for_pip', unreadable('as_sent.proposed_for_pip', 'is_proposed_for_pip', 'flag_unreadable')],
        ['part_2', unreadable('as_sent.part_2', 'is_part_2', 'flag_unreadable')],
        [
            'hazardous_substances',
            unreadable('as_sent.hazardous_substances', 'has_hazardous_substances', 'flag_unreadable'),
        ],
        [
            'permission_date',
            date_issue('as_sent.permission_date', 'permission_date', format='as_sent.permission_date_format'),
        ],
        [
            'first_added_date',
            date_issue('as_sent.first_added_date', 'first_added_date', format='as_sent.first_added_date_format'),
        ],
        [
            'last_updated_date',
            date_issue('as_sent.last_updated_date', 'last_updated_date', format='as_sent.last_updated_date_format'),
        ],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

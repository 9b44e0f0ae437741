-- stg_hmo_licences.sql
-- One row a licence, an application or an exemption as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_hmo_licences') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which case
        table_name,
        coalesce(
            {{ clean_text('licence_reference') }},
            {{ clean_text('exemption_reference') }},
            {{ clean_text('application_reference') }}
        ) as licence_reference,
        {{ clean_text('application_reference') }} as application_reference,
        {{ clean_text('licence_type') }} as licence_type_as_sent,
        {{ clean_text('licence_status') }} as licence_status_as_sent,

        -- which house
        {{ parse_uprn('uprn') }} as uprn,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce(
            {{ parse_postcode('postcode') }},
            {{ find_postcode("concat_ws(', ', address, address_1, address_2, address_3, address_4, address_5)") }}
        ) as postcode,
        {{ parse_count('storeys') }} as storeys,
        {{ parse_count('sleeping_rooms') }} as sleeping_rooms,

        -- what is permitted, and to whom
        {{ parse_count('maximum_persons') }} as maximum_persons,
        {{ parse_count('maximum_households') }} as maximum_households,
        {{ clean_text('licence_holder_name') }} as licence_holder_name,
        {{ clean_text('licence_holder_address') }} as licence_holder_address,
        {{ clean_text('manager_name') }} as manager_name,
        {{ clean_text('manager_address') }} as manager_address,

        -- when
        {{ parse_date('application_date', format='application_date_format') }} as application_date,
        {{ parse_date('licence_start_date', format='licence_start_date_format') }} as start_date,
        {{ parse_date('licence_expiry_date', format='licence_expiry_date_format') }} as expiry_date,
        {{ parse_date('exemption_start_date', format='exemption_start_date_format') }} as exempt_from_date,
        {{ parse_date('exemption_end_date', format='exemption_end_date_format') }} as exempt_to_date,
        coalesce(start_date, exempt_from_date) as licence_start_date,
        coalesce(expiry_date, exempt_to_date) as licence_expiry_date,

        -- for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, postcode_as_sent, start_date, expiry_date, exempt_from_date, exempt_to_date),
    {{ issues([
        [
            'licence_reference',
            "case when licence_reference is null then 'value_without_reference' end",
        ],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        ['storeys', number_issue('as_sent.storeys', 'storeys')],
        ['sleeping_rooms', number_issue('as_sent.sleeping_rooms', 'sleeping_rooms')],
        ['maximum_persons', number_issue('as_sent.maximum_persons', 'maximum_persons')],
        ['maximum_households', number_issue('as_sent.maximum_households', 'maximum_households')],
        [
            'application_date',
            date_issue('as_sent.application_date', 'application_date', format='as_sent.application_date_format'),
        ],
        [
            'licence_start_date',
            date_issue('as_sent.licence_start_date', 'start_date', format='as_sent.licence_start_date_format'),
        ],
        [
            'licence_expiry_date',
            date_issue('as_sent.licence_expiry_date', 'expiry_date', format='as_sent.licence_expiry_date_format'),
        ],
        [
            'exemption_start_date',
            date_issue(
                'as_sent.exemption_start_date',
                'exempt_from_date',
                format='as_sent.exemption_start_date_format'
            ),
        ],
        [
            'exemption_end_date',
            date_issue(
                'as_sent.exemption_end_date', 'exempt_to_date', format='as_sent.exemption_end_date_format'
            ),
        ],
        ['licence_expiry_date', "case when expiry_date < start_date then 'dates_out_of_order' end"],
        ['exemption_end_date', "case when exempt_to_date < exempt_from_date then 'dates_out_of_order' end"],
        ['licence_start_date', "case when start_date < application_date then 'dates_out_of_order' end"],
        [
            'licence_expiry_date',
            "case when expiry_date > start_date + interval 5 years then 'licence_too_long' end",
        ],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

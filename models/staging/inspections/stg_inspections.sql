-- stg_inspections.sql
-- One row an inspection as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_inspections') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which inspection
        {{ clean_text('inspection_reference') }} as inspection_reference,
        {{ clean_text('inspection_type') }} as inspection_type_as_sent,
        {{ parse_date('inspection_date', format='inspection_date_format') }} as inspection_day,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce(
            {{ parse_postcode('postcode') }},
            {{ find_postcode("concat_ws(', ', address, address_1, address_2, address_3, address_4, address_5)") }}
        ) as postcode,

        -- what was found, and what follows
        {{ clean_text('outcome') }} as outcome_as_sent,
        {{ clean_text('hazard_category') }} as hazard_category_as_sent,
        {{ clean_text('hazards') }} as hazards,
        {{ clean_text('notice_type') }} as notice_type_as_sent,
        {{ parse_date('notice_date', format='notice_date_format') }} as notice_date,
        {{ parse_date('due_date', format='due_date_format') }} as due_date,

        -- as sent, for the issues
        base as as_sent
    from base

),

timed as (

    select
        *,
        {{ parse_timestamp('as_sent.inspection_date', format='as_sent.inspection_date_format', day='inspection_day') }} as inspected_at
    from parsed

),

-- A moment with a zone may lie on another day in London than its text says.
dated as (

    select
        * exclude (inspection_day, inspected_at),
        coalesce(cast(inspected_at as date), inspection_day) as inspection_date
    from timed

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues([
        ['inspection_reference', blank('as_sent.inspection_reference')],
        ['inspection_type', blank('as_sent.inspection_type')],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        [
            'inspection_date',
            date_issue('as_sent.inspection_date', 'inspection_date', format='as_sent.inspection_date_format'),
        ],
        ['inspection_date', blank('as_sent.inspection_date')],
        ['notice_date', date_issue('as_sent.notice_date', 'notice_date', format='as_sent.notice_date_format')],
        ['due_date', date_issue('as_sent.due_date', 'due_date', format='as_sent.due_date_format')],
        ['due_date', "case when due_date < inspection_date then 'dates_out_of_order' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from dated

-- stg_service_requests.sql
-- One row a request, or a case or complaint of a system that sends the two apart, as sent, typed. Nothing is filtered out.
with

base as (

    select * from {{ ref('base_service_requests') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,
        table_name,

        -- which request, about what
        {{ clean_text('request_reference') }} as request_reference,
        {{ clean_text('case_reference') }} as case_reference,
        {{ clean_text('request_type') }} as request_type_as_sent,
        {{ clean_text('request_subtype') }} as request_subtype,
        {{ clean_text('contact_channel') }} as contact_channel,
        {{ clean_text('land_type') }} as land_type,
        {{ clean_text('load_quantity') }} as load_quantity,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce(
            {{ parse_postcode('postcode') }},
            {{ find_postcode("concat_ws(', ', address, address_1, address_2, address_3, address_4, address_5)") }}
        ) as postcode,
        {{ clean_text('ward') }} as ward_name,
        {{ clean_text('easting') }} as easting,
        {{ clean_text('northing') }} as northing,

        -- when, and what came of it
        {{ parse_date('received_date', format='received_date_format') }} as received_day,
        {{ parse_date('closed_date', format='closed_date_format') }} as closed_day,
        {{ parse_date('fixed_date', format='fixed_date_format') }} as fixed_day,
        {{ clean_text('status') }} as status_as_sent,
        {{ clean_text('outcome') }} as outcome_as_sent,

        -- as sent, for the issues
        base as as_sent
    from base

),

timed as (

    select
        *,
        {{ parse_timestamp('as_sent.received_date', format='as_sent.received_date_format', day='received_day') }} as received_at,
        {{ parse_timestamp('as_sent.closed_date', format='as_sent.closed_date_format', day='closed_day') }} as closed_at,
        {{ parse_timestamp('as_sent.fixed_date', format='as_sent.fixed_date_format', day='fixed_day') }} as fixed_at
    from parsed

),

-- A moment with a zone may lie on another day in London than its text says.
dated as (

    select
        * exclude (received_day, closed_day, closed_at, fixed_day, fixed_at),
        coalesce(cast(received_at as date), received_day) as received_date,
        coalesce(cast(closed_at as date), closed_day) as closed_date,
        coalesce(cast(fixed_at as date), fixed_day) as fixed_date
    from timed

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues([
        ['request_reference', blank('as_sent.request_reference')],
        [
            'case_reference',
            "case when table_name = 'complaint' then " ~ blank('as_sent.case_reference') ~ " end",
        ],
        ['request_type', "case when table_name = 'request' then " ~ blank('as_sent.request_type') ~ " end"],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        [
            'received_date',
            date_issue('as_sent.received_date', 'received_date', format='as_sent.received_date_format'),
        ],
        ['received_date', blank('as_sent.received_date')],
        ['closed_date', date_issue('as_sent.closed_date', 'closed_date', format='as_sent.closed_date_format')],
        ['closed_date', "case when closed_date < received_date then 'dates_out_of_order' end"],
        ['fixed_date', date_issue('as_sent.fixed_date', 'fixed_date', format='as_sent.fixed_date_format')],
        ['fixed_date', "case when fixed_date < received_date then 'dates_out_of_order' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from dated

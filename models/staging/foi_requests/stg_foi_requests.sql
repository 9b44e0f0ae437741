-- stg_foi_requests.sql
-- One row a request as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_foi_requests') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- what was asked, and what came of it
        {{ clean_text('request_reference') }} as request_reference,
        {{ clean_text('summary') }} as summary,
        {{ clean_text('department') }} as department,
        {{ clean_text('outcome') }} as outcome,
        {{ parse_date('received_date', format='received_date_format') }} as received_date,
        {{ parse_date('closed_date', format='closed_date_format') }} as closed_date,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent),
    {{ issues([
        ['request_reference', blank('as_sent.request_reference')],
        ['summary', blank('as_sent.summary')],
        [
            'received_date',
            date_issue('as_sent.received_date', 'received_date', format='as_sent.received_date_format'),
        ],
        ['received_date', blank('as_sent.received_date')],
        ['closed_date', date_issue('as_sent.closed_date', 'closed_date', format='as_sent.closed_date_format')],
        ['closed_date', "case when closed_date < received_date then 'dates_out_of_order' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

-- stg_NAME.sql
-- One row a record as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_NAME') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- what was sent
        {{ clean_text('reference') }} as reference,
        {{ parse_date('received_date', format='received_date_format') }} as received_date,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent),
    {{ issues([
        ['reference', blank('as_sent.reference')],
        [
            'received_date',
            date_issue('as_sent.received_date', 'received_date', format='as_sent.received_date_format'),
        ],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

-- stg_planning_applications.sql
-- One row an application as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_planning_applications') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which application
        {{ clean_text('application_reference') }} as application_reference,
        {{ clean_text('proposal') }} as proposal,
        {{ clean_text('application_type') }} as application_type_as_sent,
        {{ clean_text('case_officer') }} as case_officer,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        {{ clean_text('address') }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce({{ parse_postcode('postcode') }}, {{ find_postcode('address') }}) as postcode,
        {{ clean_text('ward') }} as ward_name,
        {{ clean_text('easting') }} as easting,
        {{ clean_text('northing') }} as northing,

        -- when, and what came of it
        {{ parse_date('received_date', format='received_date_format') }} as received_date,
        {{ parse_date('valid_date', format='valid_date_format') }} as valid_date,
        {{ parse_date('decision_date', format='decision_date_format') }} as decision_date,
        {{ clean_text('decision') }} as decision_as_sent,
        {{ clean_text('status') }} as status_as_sent,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues([
        ['application_reference', blank('as_sent.application_reference')],
        ['address', blank('as_sent.address')],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        [
            'received_date',
            date_issue('as_sent.received_date', 'received_date', format='as_sent.received_date_format'),
        ],
        ['valid_date', date_issue('as_sent.valid_date', 'valid_date', format='as_sent.valid_date_format')],
        [
            'decision_date',
            date_issue('as_sent.decision_date', 'decision_date', format='as_sent.decision_date_format'),
        ],
        ['decision_date', "case when decision_date < received_date then 'dates_out_of_order' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

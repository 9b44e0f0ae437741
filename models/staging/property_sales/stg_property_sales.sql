-- stg_property_sales.sql
-- One row a transfer of property as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_property_sales') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which transfer, and what to do with it
        upper({{ clean_text("regexp_replace(transaction_reference, '[{}]', '', 'g')") }}) as transaction_reference,
        upper({{ clean_text('record_status') }}) as status,

        -- for how much, and when
        {{ parse_money('price_amount') }} as price_amount,
        {{ parse_date('transfer_date', format='transfer_date_format') }} as transfer_date,
        {{ clean_text('price_paid_category') }} as price_paid_category_as_sent,

        -- what
        {{ clean_text('property_type') }} as property_type_as_sent,
        {{ parse_boolean('is_new_build') }} as is_new_build,
        {{ clean_text('estate_type') }} as estate_type_as_sent,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        {{ clean_text('paon') }} as paon,
        {{ clean_text('saon') }} as saon,
        {{ clean_text('street') }} as street,
        {{ clean_text('locality') }} as locality,
        {{ clean_text('town') }} as town,
        {{ clean_text('district') }} as district_name,
        {{ clean_text('county') }} as county_name,
        {{ parse_postcode('postcode') }} as postcode,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, status),
    case when status in ('C', 'D') then status else 'A' end as record_status,
    -- A number stands before its street, a name in a line of its own.
    {{ joined_address([
        'saon',
        "case
            when regexp_matches(paon, '[0-9][A-Za-z]?$') then concat_ws(' ', paon, street)
            else concat_ws(', ', paon, street)
        end",
        'locality',
        'town',
    ]) }} as address,
    {{ issues([
        ['transaction_reference', blank('as_sent.transaction_reference')],
        ['price_amount', blank('as_sent.price_amount')],
        ['price_amount', amount_issue('as_sent.price_amount', 'price_amount')],
        ['transfer_date', blank('as_sent.transfer_date')],
        [
            'transfer_date',
            date_issue('as_sent.transfer_date', 'transfer_date', format='as_sent.transfer_date_format'),
        ],
        ['is_new_build', unreadable('as_sent.is_new_build', 'is_new_build', 'flag_unreadable')],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode')],
        ['record_status', "case when status not in ('A', 'C', 'D') then 'code_unknown' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

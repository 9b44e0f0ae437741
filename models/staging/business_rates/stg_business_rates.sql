-- stg_business_rates.sql
-- One row a liability for a hereditament as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_business_rates') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which account, of which hereditament
        {{ clean_text('account_reference') }} as account_reference,
        {{ clean_text('billing_authority_reference') }} as billing_authority_reference,
        regexp_replace({{ clean_text('voa_uarn') }}, '[.]0*$', '') as voa_uarn,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce(
            {{ parse_postcode('postcode') }},
            {{ find_postcode("concat_ws(', ', address, address_1, address_2, address_3, address_4, address_5)") }}
        ) as postcode,

        -- what it is, and what it is worth
        {{ clean_text('property_description') }} as property_description,
        upper({{ clean_text('primary_description_code') }}) as primary_description_code,
        upper({{ clean_text('special_category_code') }}) as special_category_code,
        {{ parse_money('rateable_value') }} as rateable_value_amount,
        {{ parse_date('rateable_value_date', format='rateable_value_date_format') }} as rateable_value_date,

        -- who pays, and how much
        {{ clean_text('occupier_name') }} as occupier_name,
        {{ clean_text('trading_name') }} as trading_name,
        {{ clean_text('owner_name') }} as owner_name,
        {{ clean_text('correspondence_address') }} as correspondence_address,
        {{ parse_postcode('correspondence_postcode') }} as correspondence_postcode,
        {{ clean_text('relief') }} as relief_as_sent,
        {{ clean_text('second_relief') }} as second_relief_as_sent,
        {{ clean_text('occupancy') }} as occupancy_as_sent,
        {{ clean_text('account_status') }} as account_status_as_sent,
        {{ parse_date('liable_from_date', format='liable_from_date_format') }} as liable_from_date,
        {{ parse_date('liable_to_date', format='liable_to_date_format') }} as liable_to_date,
        {{ parse_money('annual_charge') }} as annual_charge_amount,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues([
        ['billing_authority_reference', blank('as_sent.billing_authority_reference')],
        ['address', "case when address is null then 'value_missing' end", 'address'],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        ['rateable_value', blank('as_sent.rateable_value')],
        ['rateable_value', amount_issue('as_sent.rateable_value', 'rateable_value_amount')],
        ['rateable_value', "case when rateable_value_amount < 0 then 'number_negative' end"],
        [
            'rateable_value_date',
            date_issue(
                'as_sent.rateable_value_date', 'rateable_value_date', format='as_sent.rateable_value_date_format'
            ),
        ],
        [
            'liable_from_date',
            date_issue('as_sent.liable_from_date', 'liable_from_date', format='as_sent.liable_from_date_format'),
        ],
        [
            'liable_to_date',
            date_issue('as_sent.liable_to_date', 'liable_to_date', format='as_sent.liable_to_date_format'),
        ],
        ['liable_to_date', "case when liable_to_date < liable_from_date then 'dates_out_of_order' end"],
        ['annual_charge', amount_issue('as_sent.annual_charge', 'annual_charge_amount')],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

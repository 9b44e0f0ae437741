-- stg_council_tax.sql
-- One row an account, a property, an occupation or a whole line of an extract as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_council_tax') }}

),

named as (

    select
        *,
        coalesce(
            {{ clean_text('liable_name') }},
            nullif(
                concat_ws(
                    ' ',
                    {{ clean_text('liable_title') }},
                    {{ clean_text('liable_forename') }},
                    {{ clean_text('liable_middle_name') }},
                    {{ clean_text('liable_surname') }}
                ),
                ''
            )
        ) as whole_name
    from base

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

        -- which account, of which property
        {{ clean_text('account_reference') }} as account_reference,
        {{ clean_text('account_check_digit') }} as account_check_digit,
        {{ clean_text('property_reference') }} as property_reference,

        -- who is liable
        {{ clean_text('party_reference') }} as party_reference,
        {{ clean_text('liable_title') }} as liable_title,
        {{ clean_text('liable_forename') }} as liable_forename,
        {{ clean_text('liable_middle_name') }} as liable_middle_name,
        {{ clean_text('liable_surname') }} as liable_surname,
        whole_name as liable_name,
        {{ clean_text('liable_name_2') }} as liable_name_2,
        {{ clean_text('liable_name_3') }} as liable_name_3,
        {{ clean_text('liable_name_4') }} as liable_name_4,
        case
            when {{ clean_text('party_reference') }} is not null then ['#' || {{ clean_text('party_reference') }}]
            else {{ named_parties('whole_name', more=['liable_name_2', 'liable_name_3', 'liable_name_4']) }}
        end as parties,
        {{ parse_integer('liable_persons') }} as liable_persons,
        {{ clean_text('occupier_name') }} as occupier_name,
        {{ clean_text('owner_name') }} as owner_name,
        {{ joined_address([
            'correspondence_address',
            'correspondence_address_1',
            'correspondence_address_2',
            'correspondence_address_3',
            'correspondence_address_4',
        ]) }} as correspondence_address,
        {{ parse_postcode('correspondence_postcode') }} as correspondence_postcode,

        -- what is charged; some systems write discounts and exemptions in one column, and each map knows the codes of both
        {{ clean_text('liability') }} as liability_as_sent,
        {{ clean_text('owner_liability') }} as owner_liability_as_sent,
        {{ clean_text('council_tax_band') }} as council_tax_band_as_sent,
        coalesce({{ clean_text('discount') }}, {{ clean_text('reduction') }}) as discount_as_sent,
        coalesce({{ clean_text('exemption') }}, {{ clean_text('reduction') }}) as exemption_as_sent,
        {{ clean_text('occupancy') }} as occupancy_as_sent,
        {{ clean_text('account_status') }} as account_status_as_sent,
        {{ parse_boolean('is_deleted') }} as is_deleted,
        {{ parse_date('occupied_from_date', format='occupied_from_date_format') }} as occupied_from_date,
        {{ parse_date('vacated_date', format='vacated_date_format') }} as vacated_date,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce(
            {{ parse_postcode('postcode') }},
            {{ find_postcode("concat_ws(', ', address, address_1, address_2, address_3, address_4, address_5)") }}
        ) as postcode,

        -- as sent, for the issues
        named as as_sent
    from named

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues([
        ['account_reference', "case when table_name <> 'property' then " ~ blank('as_sent.account_reference') ~ " end"],
        [
            'property_reference',
            "case when table_name in ('property', 'occupation') then " ~ blank('as_sent.property_reference') ~ " end",
        ],
        [
            'council_tax_band',
            "case when table_name in ('property', 'extract') then " ~ blank('as_sent.council_tax_band') ~ " end",
        ],
        ['address', "case when table_name in ('property', 'extract') and address is null then 'value_missing' end", 'address'],
        [
            'occupied_from_date',
            "case when table_name in ('occupation', 'extract') then " ~ blank('as_sent.occupied_from_date') ~ " end",
        ],
        [
            'occupied_from_date',
            date_issue('as_sent.occupied_from_date', 'occupied_from_date', format='as_sent.occupied_from_date_format'),
        ],
        ['vacated_date', date_issue('as_sent.vacated_date', 'vacated_date', format='as_sent.vacated_date_format')],
        ['vacated_date', "case when vacated_date < occupied_from_date then 'dates_out_of_order' end"],
        ['liable_persons', unreadable('as_sent.liable_persons', 'liable_persons', 'number_unreadable')],
        ['liable_persons', "case when liable_persons < 0 then 'number_negative' end"],
        ['is_deleted', unreadable('as_sent.is_deleted', 'is_deleted', 'flag_unreadable')],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

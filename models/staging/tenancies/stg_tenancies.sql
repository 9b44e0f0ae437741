-- stg_tenancies.sql
-- One row a record of a tenancy, a property, a member of a household, or of all in one, typed. Nothing is filtered out here.
with

base as (

    select
        *,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as whole_address
    from {{ ref('base_tenancies') }}

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

        -- which tenancy, property and member
        {{ clean_text('tenancy_reference') }} as tenancy_reference,
        {{ clean_text('property_reference') }} as property_reference,
        {{ clean_text('household_reference') }} as household_reference,
        {{ clean_text('member_reference') }} as member_reference,

        -- the agreement
        {{ clean_text('tenure') }} as tenure_as_sent,
        {{ parse_date('tenancy_start_date', format='tenancy_start_date_format') }} as tenancy_start_date,
        {{ parse_date('tenancy_end_date', format='tenancy_end_date_format') }} as tenancy_end_date,
        {{ parse_money('weekly_rent_amount') }} as weekly_rent_amount,
        {{ parse_money('balance_amount') }} as balance_amount,

        -- what was done about arrears
        {{ parse_boolean('has_notice_to_quit') }} as has_notice_as_sent,
        {{ parse_date('notice_date', format='notice_date_format') }} as notice_date,
        {{ parse_date('notice_expiry_date', format='notice_expiry_date_format') }} as notice_expiry_date,
        {{ parse_date('court_date', format='court_date_format') }} as court_date,
        {{ parse_boolean('has_court_order') }} as has_order_as_sent,
        {{ parse_date('court_order_date', format='court_order_date_format') }} as court_order_date,
        {{ parse_date('eviction_date', format='eviction_date_format') }} as eviction_date,

        -- who
        {{ clean_text('name') }} as name,
        {{ clean_text('title') }} as title,
        {{ clean_text('forename') }} as forename,
        {{ clean_text('surname') }} as surname,
        {{ parse_date('birth_date', format='birth_date_format') }} as birth_date,
        {{ parse_nino('nino') }} as nino,
        {{ parse_integer('household_members') }} as household_members,

        -- where
        {{ parse_integer('bedrooms') }} as bedrooms,
        {{ clean_text('occupancy_status') }} as occupancy_status,
        {{ parse_uprn('uprn') }} as uprn,
        whole_address as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce({{ parse_postcode('postcode') }}, {{ find_postcode('whole_address') }}) as postcode,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, postcode_as_sent, has_notice_as_sent, has_order_as_sent),
    {{ flag_or_date(
        'has_notice_as_sent', 'notice_date',
        'as_sent.has_notice_to_quit', 'as_sent.notice_date', 'as_sent.notice_date_format',
    ) }} as has_notice_to_quit,
    {{ flag_or_date(
        'has_order_as_sent', 'court_order_date',
        'as_sent.has_court_order', 'as_sent.court_order_date', 'as_sent.court_order_date_format',
    ) }} as has_court_order,
    {{ issues([
        [
            'tenancy_reference',
            "case when table_name in ('tenancy', 'whole') then " ~ blank('as_sent.tenancy_reference') ~ " end",
        ],
        ['tenure', "case when table_name in ('tenancy', 'whole') then " ~ blank('as_sent.tenure') ~ " end"],
        [
            'tenancy_start_date',
            "case when table_name in ('tenancy', 'whole') then " ~ blank('as_sent.tenancy_start_date') ~ " end",
        ],
        [
            'tenancy_start_date',
            date_issue('as_sent.tenancy_start_date', 'tenancy_start_date', format='as_sent.tenancy_start_date_format'),
        ],
        [
            'tenancy_end_date',
            end_date_issue('as_sent.tenancy_end_date', 'tenancy_end_date', format='as_sent.tenancy_end_date_format'),
        ],
        ['tenancy_end_date', "case when tenancy_end_date < tenancy_start_date then 'dates_out_of_order' end"],
        ['weekly_rent_amount', amount_issue('as_sent.weekly_rent_amount', 'weekly_rent_amount')],
        ['balance_amount', amount_issue('as_sent.balance_amount', 'balance_amount')],
        ['has_notice_to_quit', unreadable('as_sent.has_notice_to_quit', 'has_notice_as_sent', 'flag_unreadable')],
        ['notice_date', date_issue('as_sent.notice_date', 'notice_date', format='as_sent.notice_date_format')],
        [
            'notice_expiry_date',
            date_issue('as_sent.notice_expiry_date', 'notice_expiry_date', format='as_sent.notice_expiry_date_format'),
        ],
        ['court_date', date_issue('as_sent.court_date', 'court_date', format='as_sent.court_date_format')],
        ['has_court_order', unreadable('as_sent.has_court_order', 'has_order_as_sent', 'flag_unreadable')],
        [
            'court_order_date',
            date_issue('as_sent.court_order_date', 'court_order_date', format='as_sent.court_order_date_format'),
        ],
        ['eviction_date', date_issue('as_sent.eviction_date', 'eviction_date', format='as_sent.eviction_date_format')],
        ['birth_date', date_issue('as_sent.birth_date', 'birth_date', format='as_sent.birth_date_format')],
        ['nino', unreadable('as_sent.nino', 'nino', 'nino_unreadable')],
        ['household_members', unreadable('as_sent.household_members', 'household_members', 'number_unreadable')],
        ['household_members', "case when household_members < 0 then 'number_negative' end"],
        ['bedrooms', unreadable('as_sent.bedrooms', 'bedrooms', 'number_unreadable')],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

-- stg_housing_benefit.sql
-- One row a record of a claim, a household, a member, an assessment, or of all in one, typed. Nothing is filtered out here.
with

base as (

    select
        *,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as whole_address
    from {{ ref('base_housing_benefit') }}

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

        -- which claim, household and member
        {{ clean_text('claim_reference') }} as claim_reference,
        {{ clean_text('household_reference') }} as household_reference,
        {{ clean_text('member_reference') }} as member_reference,
        {{ clean_text('person_reference') }} as person_reference,

        -- the claim
        {{ parse_date('application_date', format='application_date_format') }} as application_date,
        {{ parse_date('cancel_date', format='cancel_date_format') }} as cancel_date,
        {{ clean_text('claim_status') }} as claim_status_as_sent,

        -- what is paid
        {{ clean_text('benefit_type') }} as benefit_type_as_sent,
        {{ parse_boolean('is_discretionary') }} as is_discretionary,
        {{ parse_money('weekly_amount') }} as weekly_amount,
        {{ parse_date('from_date', format='from_date_format') }} as from_date,
        {{ parse_date('to_date', format='to_date_format') }} as to_date,

        -- who
        {{ clean_text('name') }} as name,
        {{ clean_text('title') }} as title,
        {{ clean_text('forename') }} as forename,
        {{ clean_text('surname') }} as surname,
        {{ clean_text('gender') }} as gender,
        {{ parse_nino('nino') }} as nino,
        {{ parse_date('birth_date', format='birth_date_format') }} as birth_date,
        {{ parse_date('deceased_date', format='deceased_date_format') }} as deceased_date,

        -- the household
        {{ parse_integer('household_members') }} as household_members,
        {{ parse_integer('adults') }} as adults,
        {{ parse_integer('dependent_children') }} as dependent_children,
        {{ parse_boolean('is_shared_accommodation') }} as is_shared_accommodation,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        whole_address as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce({{ parse_postcode('postcode') }}, {{ find_postcode('whole_address') }}) as postcode,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues([
        ['claim_reference', blank('as_sent.claim_reference')],
        [
            'benefit_type',
            "case when table_name in ('assessment', 'whole') then " ~ blank('as_sent.benefit_type') ~ " end",
        ],
        ['claim_status', "case when table_name = 'whole' then " ~ blank('as_sent.claim_status') ~ " end"],
        [
            'weekly_amount',
            "case when table_name in ('assessment', 'whole') then " ~ blank('as_sent.weekly_amount') ~ " end",
        ],
        ['weekly_amount', amount_issue('as_sent.weekly_amount', 'weekly_amount')],
        [
            'from_date',
            "case when table_name in ('household', 'assessment', 'whole') then " ~ blank('as_sent.from_date') ~ " end",
        ],
        [
            'application_date',
            date_issue('as_sent.application_date', 'application_date', format='as_sent.application_date_format'),
        ],
        ['cancel_date', date_issue('as_sent.cancel_date', 'cancel_date', format='as_sent.cancel_date_format')],
        ['from_date', date_issue('as_sent.from_date', 'from_date', format='as_sent.from_date_format')],
        ['to_date', end_date_issue('as_sent.to_date', 'to_date', format='as_sent.to_date_format')],
        ['to_date', "case when to_date < from_date then 'dates_out_of_order' end"],
        ['is_discretionary', unreadable('as_sent.is_discretionary', 'is_discretionary', 'flag_unreadable')],
        ['nino', unreadable('as_sent.nino', 'nino', 'nino_unreadable')],
        ['birth_date', date_issue('as_sent.birth_date', 'birth_date', format='as_sent.birth_date_format')],
        [
            'deceased_date',
            date_issue('as_sent.deceased_date', 'deceased_date', format='as_sent.deceased_date_format'),
        ],
        ['household_members', unreadable('as_sent.household_members', 'household_members', 'number_unreadable')],
        ['household_members', "case when household_members < 0 then 'number_negative' end"],
        ['adults', unreadable('as_sent.adults', 'adults', 'number_unreadable')],
        ['adults', "case when adults < 0 then 'number_negative' end"],
        ['dependent_children', unreadable('as_sent.dependent_children', 'dependent_children', 'number_unreadable')],
        ['dependent_children', "case when dependent_children < 0 then 'number_negative' end"],
        [
            'is_shared_accommodation',
            unreadable('as_sent.is_shared_accommodation', 'is_shared_accommodation', 'flag_unreadable'),
        ],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

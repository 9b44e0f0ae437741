-- stg_electoral_register.sql
-- One row an entry of the register of electors as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_electoral_register') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

parsed as (

    select
        base.*,
        extracts.as_of_date,
        {{ parse_date('base.date_of_birth', format='base.date_of_birth_format') }} as birth_date,
        {{ parse_date('base.attainment_date', format='base.attainment_date_format') }} as date_of_age,
        coalesce(
            {{ person_name_parts('base.full_name') }},
            {{ person_name_parts('base.surname_first_name', surname_first=true) }}
        ) as name_parts,
        -- Seen: title, forename and surname, all in the surname's column.
        case
            when {{ clean_text('base.forename') }} is null
                then {{ person_name_parts('base.surname') }}
        end as surname_parts,
        (surname_parts).title is not null and (surname_parts).forename is not null as is_name_in_surname,
        {{ clean_text('base.full_name') }} as name_as_sent,
        {{ clean_text('base.surname_first_name') }} as surname_first_name_as_sent,
        {{ parse_postcode('base.postcode') }} as postcode_as_sent,
        coalesce({{ clean_text('base.elector_number_prefix') }}, {{ clean_text('base.polling_district') }}) as prefix
    from base
    left join extracts on base.extract_id = extracts.extract_id

),

typed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- who. An entry that was not put in later has the suffix 0 in data and none in print.
        coalesce(
            {{ clean_text('elector_reference') }},
            coalesce(prefix || '-', '')
            || {{ clean_text('elector_number') }}
            || coalesce('/' || nullif({{ clean_text('elector_number_suffix') }}, '0'), '')
        ) as elector_reference,
        coalesce({{ clean_text('title') }}, name_parts.title, case when is_name_in_surname then surname_parts.title end)
            as title,
        coalesce(
            {{ clean_text('forename') }}, name_parts.forename, case when is_name_in_surname then surname_parts.forename end
        ) as forename,
        coalesce(
            {{ clean_text('middle_name') }},
            name_parts.middle_name,
            case when is_name_in_surname then surname_parts.middle_name end
        ) as middle_name,
        coalesce(
            case when is_name_in_surname then surname_parts.surname end, {{ clean_text('surname') }}, name_parts.surname
        ) as surname,
        coalesce(
            name_as_sent,
            surname_first_name_as_sent,
            nullif(
                concat_ws(
                    ' ',
                    {{ clean_text('title') }},
                    {{ clean_text('forename') }},
                    {{ clean_text('middle_name') }},
                    {{ clean_text('surname') }}
                ),
                ''
            )
        ) as full_name,

        -- Seen: the day on which an attainer comes of age, in the column of births.
        case when coalesce(birth_date <= as_of_date, true) then birth_date end as date_of_birth,
        coalesce(date_of_age, case when birth_date > as_of_date then birth_date end) as attainment_date,

        -- what the entry says
        {{ clean_text('franchise') }} as franchise_as_sent,
        {{ clean_text('change_type') }} as change_type_as_sent,
        {{ parse_date('registered_date', format='registered_date_format') }} as registered_date,
        {{ parse_date('removed_date', format='removed_date_format') }} as removed_date,
        {{ clean_text('polling_district') }} as polling_district,

        -- where
        {{ parse_uprn('uprn') }} as uprn,
        {{ joined_address([
            'address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5', 'address_6'
        ]) }} as address,
        coalesce(
            postcode_as_sent,
            {{ find_postcode("concat_ws(', ', address, address_1, address_2, address_3, address_4, address_5, address_6)") }}
        ) as postcode,

        -- for the issues
        parsed as as_sent
    from parsed

)

select
    * exclude (as_sent),
    {{ issues([
        ['elector_reference', "case when elector_reference is null then 'value_without_reference' end"],
        ['surname', "case when as_sent.is_name_in_surname then 'name_mended' end"],
        [
            'full_name',
            "case when as_sent.name_as_sent is not null and as_sent.name_parts is null then 'name_unparted' end",
        ],
        [
            'surname_first_name',
            "case when as_sent.surname_first_name_as_sent is not null and as_sent.name_parts is null then 'name_unparted' end",
        ],
        [
            'date_of_birth',
            date_issue('as_sent.date_of_birth', 'as_sent.birth_date', format='as_sent.date_of_birth_format'),
        ],
        ['date_of_birth', "case when as_sent.birth_date > as_sent.as_of_date then 'birth_date_mended' end"],
        [
            'attainment_date',
            date_issue('as_sent.attainment_date', 'as_sent.date_of_age', format='as_sent.attainment_date_format'),
        ],
        [
            'registered_date',
            date_issue('as_sent.registered_date', 'registered_date', format='as_sent.registered_date_format'),
        ],
        ['removed_date', date_issue('as_sent.removed_date', 'removed_date', format='as_sent.removed_date_format')],
        ['removed_date', "case when removed_date < registered_date then 'dates_out_of_order' end"],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'as_sent.postcode_as_sent')],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from typed

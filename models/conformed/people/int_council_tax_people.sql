-- int_council_tax_people.sql
-- One row a person whom council tax accounts name as liable: at the address that they are written to, else the property's.
with

records as (

    select * from {{ ref('int_council_tax_records') }}
    where account_reference is not null and table_name in ('account', 'extract')

),

-- An account keeps the stays that ended: the newest tells where the person is.
stays as (

    select * from {{ ref('int_council_tax_accounts') }}
    where account_reference is not null
    qualify
        row_number() over (
            partition by provider_code, account_reference
            order by is_live desc, occupied_from_date desc nulls last, account_key asc
        ) = 1

),

parties as (

    select
        *,
        unnest(range(1, 5)) as party
    from records

),

-- Only of the first has a system the parts of the name.
named as (

    select
        provider_code,
        account_reference,
        extract_id,
        row_number,
        line_number,
        landed_at,
        correspondence_address,
        correspondence_postcode,
        party = 1 and liable_forename is not null and liable_surname is not null as is_parted,
        [liable_name, liable_name_2, liable_name_3, liable_name_4][party] as whole_name,
        case when party = 1 then party_reference end as party_reference,
        case when is_parted then liable_title end as title,
        case when is_parted then liable_forename end as first_name,
        case when is_parted then liable_middle_name end as middle_name,
        case when is_parted then liable_surname end as surname,
        case when not is_parted then whole_name end as name
    from parties
    where whole_name is not null

),

-- What names no one person (a company, the occupier) is left out. `Mr & Mrs Smith` and `Mr A Khan & Ms B Jones` are two people.
each as (

    select
        * exclude (name),
        unnest(case
            when regexp_matches(name, '(?i)^(?:{{ name_titles() }})\b')
                then list_transform(string_split_regex(name, '(?i) *(?:&|\band\b) *'), lambda part: trim(part))
            else [name]
        end) as name
    from named

),

placed as (

    select
        each.*,
        stays.borough_code,
        stays.occupied_from_date,
        stays.vacated_date,
        stays.is_live,
        stays.as_of_date,
        -- who is written to elsewhere lives there, as far as the office knows
        coalesce(each.correspondence_postcode <> stays.postcode, false) as is_elsewhere,
        case when is_elsewhere then each.correspondence_address else stays.address end as address,
        case when is_elsewhere then each.correspondence_postcode else stays.postcode end as postcode,
        case when not is_elsewhere then stays.uprn end as uprn,
        case when not is_elsewhere then stays.lsoa_code end as lsoa_code,
        case when not is_elsewhere then stays.ward_code end as ward_code
    from each
    inner join stays on each.provider_code = stays.provider_code and each.account_reference = stays.account_reference
    where each.surname is not null or {{ person_name_parts('each.name') }} is not null

)

-- A party is one person of all its accounts; without such a number a person is known by account and name.
select
    md5(concat_ws(
        '|', 'council_tax', provider_code,
        coalesce(
            party_reference,
            account_reference || '|' || lower(coalesce(name, concat_ws(' ', first_name, surname)))
        )
    )) as record_id,
    provider_code,
    borough_code,
    coalesce(party_reference, account_reference) as person_reference,
    title,
    first_name,
    middle_name,
    surname,
    name,
    address,
    postcode,
    uprn,
    lsoa_code,
    ward_code,
    occupied_from_date as start_date,
    vacated_date as end_date,
    is_live,
    as_of_date,
    extract_id,
    row_number,
    line_number
from placed
qualify
    row_number() over (
        partition by record_id order by is_live desc, is_elsewhere asc, landed_at desc, extract_id desc, row_number desc
    ) = 1

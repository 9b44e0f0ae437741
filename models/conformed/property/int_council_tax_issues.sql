-- int_council_tax_issues.sql
-- One row an issue of council tax that shows only beside other records: doubled ones, and tables that do not meet.
with

records as (

    select * from {{ ref('int_council_tax_records') }}

),

stays as (

    select * from {{ ref('int_council_tax_stays') }}

),

tables as (

    select
        provider_code,
        table_name,
        max(extract_id) as extract_id
    from records
    group by provider_code, table_name

),

-- A record whose key comes again later and that adds nobody to it.
repeated as (

    select
        * exclude (parties),
        case when table_name = 'account' then 'party_reference' else 'account_reference' end as field,
        case
            when table_name = 'account' and count(*) over (partition by provider_code, record_hash) = 1 then 'party_repeated'
            else 'record_doubled'
        end as issue_type,
        case when table_name <> 'account' then account_reference end as value_as_sent
    from records
    where table_name <> 'property'
    qualify
        row_number() over (
            partition by provider_code, table_name, coalesce(stay_key, account_reference, record_hash::varchar), parties
            order by landed_at desc, extract_id desc, row_number desc
        ) > 1
        or (
            len(parties) = 0
            and row_number() over (
                partition by provider_code, table_name, coalesce(stay_key, account_reference, record_hash::varchar)
                order by landed_at desc, extract_id desc, row_number desc
            ) > 1
        )

),

repeated_properties as (

    select
        *,
        'property_reference' as field,
        'record_doubled' as issue_type,
        property_reference as value_as_sent
    from records
    where table_name = 'property'
    qualify
        row_number() over (
            partition by provider_code, coalesce(property_reference, record_hash::varchar)
            order by landed_at desc, extract_id desc, row_number desc
        ) > 1

),

-- The day on which the last of the stays that began before at the property ends.
followed as (

    select
        *,
        max(coalesce(vacated_date, date '9999-12-31')) over (
            partition by provider_code, property_reference
            order by occupied_from_date, extract_id, row_number
            rows between unbounded preceding and 1 preceding
        ) as earlier_ends_date
    from stays
    where
        property_reference is not null
        and occupied_from_date is not null
        and not is_property_deleted
        and coalesce(vacated_date > occupied_from_date, true)

),

overlapping as (

    select
        *,
        'account_reference' as field,
        'account_overlaps' as issue_type,
        account_reference as value_as_sent
    from followed
    where earlier_ends_date > occupied_from_date

),

without_property as (

    select
        stays.*,
        case when stays.property_reference is null then 'account_reference' else 'property_reference' end as field,
        'account_without_property' as issue_type,
        coalesce(stays.property_reference, stays.account_reference) as value_as_sent
    from stays
    inner join tables as properties
        on stays.provider_code = properties.provider_code and properties.table_name = 'property'
    inner join tables as occupations
        on stays.provider_code = occupations.provider_code and occupations.table_name = 'occupation'
    where not stays.has_property

),

without_account as (

    select
        records.*,
        'account_reference' as field,
        'occupation_without_account' as issue_type,
        records.account_reference as value_as_sent
    from records
    inner join tables on records.provider_code = tables.provider_code and tables.table_name = 'account'
    anti join records as accounts
        on
            records.provider_code = accounts.provider_code
            and accounts.table_name = 'account'
            and records.account_reference = accounts.account_reference
    where records.table_name = 'occupation' and records.account_reference is not null

),

missing_tables as (

    select
        tables.provider_code,
        max(tables.extract_id) as extract_id,
        wanted.table_name as field,
        'table_missing' as issue_type
    from tables
    cross join (select unnest(['account', 'property', 'occupation']) as table_name) as wanted
    where tables.table_name in ('account', 'property', 'occupation')
    group by tables.provider_code, wanted.table_name
    having not list_contains(list(tables.table_name), wanted.table_name)

),

found as (

    {% for issues in ['repeated', 'repeated_properties', 'overlapping', 'without_property', 'without_account'] %}
    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        field,
        issue_type,
        value_as_sent
    from {{ issues }}
    union all by name
    {% endfor %}
    select * from missing_tables

)

select
    'council_tax' as subject,
    *
from found

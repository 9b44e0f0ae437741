-- int_tenancy_records.sql
-- One row a record of each provider's newest delivery of tenancies, of whichever table, without the person it names.
with

current_extracts as (

    {{ current_snapshots('tenancies', ref('stg_tenancies')) }}

),

records as (

    select * from {{ ref('stg_tenancies') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

tenures as (

    {{ code_map('tenancy_tenure', ref('stg_tenancies'), 'tenure_as_sent') }}

),

-- Null where a part of the key is blank: such a record is known by its letters alone.
current_records as (

    select
        records.* exclude (name, title, forename, surname, nino, birth_date, issues),
        tenures.code as tenure,
        current_extracts.as_of_date,
        extracts.landed_at,
        case records.table_name
            when 'property' then records.property_reference
            when 'member' then records.household_reference || '|' || records.member_reference
            else records.tenancy_reference
        end as record_key
    from records
    inner join current_extracts on records.extract_id = current_extracts.extract_id
    inner join extracts on records.extract_id = extracts.extract_id
    left join tenures
        on records.provider_code = tenures.provider_code and records.tenure_as_sent = tenures.as_sent

)

-- Seen: a record that stands twice in an export, and two files of one date that share some. The later one counts.
select
    *,
    row_number() over (
        partition by provider_code, table_name, coalesce(record_key, record_hash::varchar)
        order by landed_at desc, extract_id desc, row_number desc
    ) = 1 as is_counted
from current_records

-- int_benefit_records.sql
-- One row a record of each provider's newest delivery of housing benefit, of whichever table, without the person it names.
with

current_extracts as (

    {{ current_snapshots('housing_benefit', ref('stg_housing_benefit')) }}

),

records as (

    select * from {{ ref('stg_housing_benefit') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

benefit_types as (

    {{ code_map('benefit_type', ref('stg_housing_benefit'), 'benefit_type_as_sent') }}

),

claim_statuses as (

    {{ code_map('claim_status', ref('stg_housing_benefit'), 'claim_status_as_sent') }}

),

-- A discretionary payment is assessed like the housing benefit that it tops up, and told from it by a flag.
current_records as (

    select
        records.* exclude (
            person_reference, name, title, forename, surname, gender, nino, birth_date, deceased_date, issues
        ),
        records.birth_date + interval 18 year > current_extracts.as_of_date as is_child,
        coalesce(records.deceased_date <= current_extracts.as_of_date, false) as is_deceased,
        case when records.is_discretionary then 'discretionary_housing_payment' else benefit_types.code end as benefit_type,
        claim_statuses.code as claim_status,
        current_extracts.as_of_date,
        extracts.landed_at
    from records
    inner join current_extracts on records.extract_id = current_extracts.extract_id
    inner join extracts on records.extract_id = extracts.extract_id
    left join benefit_types
        on
            records.provider_code = benefit_types.provider_code
            and records.benefit_type_as_sent = benefit_types.as_sent
    left join claim_statuses
        on
            records.provider_code = claim_statuses.provider_code
            and records.claim_status_as_sent = claim_statuses.as_sent

),

-- Null where a part of the key is blank: such a record is known by its letters alone.
keyed as (

    select
        *,
        coalesce(benefit_type, benefit_type_as_sent, '') as benefit_key,
        case table_name
            when 'household' then claim_reference || '|' || household_reference
            when 'member' then claim_reference || '|' || household_reference || '|' || member_reference
            when 'assessment' then concat(claim_reference || '|' || benefit_key, '|', from_date)
            when 'whole' then claim_reference || '|' || benefit_key
            else claim_reference
        end as record_key
    from current_records

)

-- Seen: a record that stands twice in an export, and two files of one date that share some. The later one counts.
select
    *,
    row_number() over (
        partition by provider_code, table_name, coalesce(record_key, record_hash::varchar)
        order by landed_at desc, extract_id desc, row_number desc
    ) = 1 as is_counted
from keyed

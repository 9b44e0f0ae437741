-- int_benefit_issues.sql
-- One row an issue of a benefit record that shows only beside the other records of its delivery.
with

records as (

    select * from {{ ref('int_benefit_records') }}

),

persons as (

    select * from {{ ref('stg_housing_benefit') }}

),

missing_tables as (

    {{ missing_tables('housing_benefit', ['claim', 'household', 'member', 'assessment']) }}

),

doubled as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        'claim_reference' as field,
        'record_doubled' as issue_type,
        claim_reference as value_as_sent
    from records
    where not is_counted

),

claims as (

    select distinct
        provider_code,
        claim_reference
    from records
    where table_name = 'claim'

),

claim_senders as (

    select distinct provider_code
    from claims

),

-- Where the claims themselves have not come, that is one issue, and not one a record.
records_without_claim as (

    select
        records.provider_code,
        records.extract_id,
        records.row_number,
        records.line_number,
        'claim_reference' as field,
        'parent_record_missing' as issue_type,
        records.claim_reference as value_as_sent
    from records
    inner join claim_senders on records.provider_code = claim_senders.provider_code
    anti join claims
        on records.provider_code = claims.provider_code and records.claim_reference = claims.claim_reference
    where
        records.is_counted
        and records.table_name in ('household', 'member', 'assessment')
        and records.claim_reference is not null

),

households as (

    select distinct
        provider_code,
        claim_reference,
        household_reference
    from records
    where table_name = 'household'

),

household_senders as (

    select distinct provider_code
    from households

),

members_without_household as (

    select
        records.provider_code,
        records.extract_id,
        records.row_number,
        records.line_number,
        'household_reference' as field,
        'parent_record_missing' as issue_type,
        records.household_reference as value_as_sent
    from records
    inner join household_senders on records.provider_code = household_senders.provider_code
    anti join households
        on
            records.provider_code = households.provider_code
            and records.claim_reference = households.claim_reference
            and records.household_reference = households.household_reference
    where
        records.is_counted
        and records.table_name = 'member'
        and records.household_reference is not null

),

current_persons as (

    select persons.*
    from persons
    inner join records on persons.extract_id = records.extract_id and persons.row_number = records.row_number
    where records.is_counted

),

shared_identifiers as (

    {{ shared_ninos('current_persons') }}

),

found as (

    select * from doubled
    union all by name
    select * from records_without_claim
    union all by name
    select * from members_without_household
    union all by name
    select * from shared_identifiers
    union all by name
    select * exclude (subject) from missing_tables

)

select
    'housing_benefit' as subject,
    *
from found

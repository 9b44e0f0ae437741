-- int_tenancy_issues.sql
-- One row an issue of a tenancy record that shows only beside the other records of its delivery.
with

records as (

    select * from {{ ref('int_tenancy_records') }}

),

tenancies as (

    select * from {{ ref('int_tenancies') }}

),

persons as (

    select * from {{ ref('stg_tenancies') }}

),

missing_tables as (

    {{ missing_tables('tenancies', ['tenancy', 'property', 'member']) }}

),

doubled as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        case table_name
            when 'property' then 'property_reference'
            when 'member' then 'member_reference'
            else 'tenancy_reference'
        end as field,
        'record_doubled' as issue_type,
        record_key as value_as_sent
    from records
    where not is_counted

),

properties as (

    select distinct
        provider_code,
        property_reference
    from records
    where table_name = 'property'

),

property_senders as (

    select distinct provider_code
    from properties

),

-- Where the properties themselves have not come, that is one issue, and not one a record.
tenancies_without_property as (

    select
        records.provider_code,
        records.extract_id,
        records.row_number,
        records.line_number,
        'property_reference' as field,
        'parent_record_missing' as issue_type,
        records.property_reference as value_as_sent
    from records
    inner join property_senders on records.provider_code = property_senders.provider_code
    anti join properties
        on
            records.provider_code = properties.provider_code
            and records.property_reference = properties.property_reference
    where records.is_counted and records.table_name = 'tenancy' and records.property_reference is not null

),

households as (

    select distinct
        provider_code,
        household_reference
    from records
    where table_name = 'tenancy'

),

household_senders as (

    select distinct provider_code
    from households

),

members_without_tenancy as (

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
            and records.household_reference = households.household_reference
    where records.is_counted and records.table_name = 'member' and records.household_reference is not null

),

-- Rooms of a hostel are let by licence under one reference; of any other home there is one tenancy at a time.
overlapping as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        'property_reference' as field,
        'tenancies_overlap' as issue_type,
        property_reference as value_as_sent
    from tenancies
    where
        is_live
        and property_reference is not null
        and coalesce(tenure not in ('licence', 'temporary'), true)
    qualify count(*) over (partition by provider_code, property_reference) > 1

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
    select * from tenancies_without_property
    union all by name
    select * from members_without_tenancy
    union all by name
    select * from overlapping
    union all by name
    select * from shared_identifiers
    union all by name
    select * exclude (subject) from missing_tables

)

select
    'tenancies' as subject,
    *
from found

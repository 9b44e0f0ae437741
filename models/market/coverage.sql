-- coverage.sql
-- One row a subject and provider that has sent something, or should have.
with

extracts as (

    select * from {{ ref('market_extracts') }}

),

issues as (

    select * from {{ ref('data_issues') }}

),

providers as (

    select * from {{ ref('providers') }}

),

subjects as (

    select * from {{ ref('subjects') }}

),

received as (

    select
        subject,
        provider_code,
        count(*) filter (where outcome = 'landed') as landed_extracts,
        count(*) filter (where outcome = 'refused') as refused_extracts,
        min(as_of_date) filter (where outcome = 'landed') as first_as_of_date,
        max(as_of_date) filter (where outcome = 'landed') as newest_as_of_date,
        sum(landed_rows) filter (where outcome = 'landed') as landed_rows,
        sum(rejected_rows) filter (where outcome = 'landed') as rejected_rows
    from extracts
    group by subject, provider_code

),

found as (

    select
        subject,
        provider_code,
        count(*) filter (where severity = 'error') as errors,
        count(*) filter (where severity = 'warning') as warnings,
        count(*) filter (where severity = 'repaired') as repairs
    from issues
    where is_current
    group by subject, provider_code

),

senders as (

    select * from {{ ref('subject_senders') }}

),

-- Some subjects one body sends for the whole city; other reference subjects come from whoever has them; of the rest every
-- borough has its own.
expected as (

    select
        subjects.subject,
        providers.provider_code
    from subjects
    cross join providers
    anti join senders on subjects.subject = senders.subject
    where subjects.domain <> 'reference' and providers.provider_type = 'london_borough'
    union
    select
        subject,
        provider_code
    from senders
    union
    select
        subject,
        provider_code
    from received

)

select
    expected.subject || '/' || expected.provider_code as coverage_key,
    expected.subject,
    expected.provider_code,
    providers.provider_name,
    case
        when coalesce(received.landed_extracts, 0) > 0 then 'received'
        when received.refused_extracts > 0 then 'refused'
        else 'missing'
    end as state,
    coalesce(received.landed_extracts, 0) as landed_extracts,
    coalesce(received.refused_extracts, 0) as refused_extracts,
    received.first_as_of_date,
    received.newest_as_of_date,
    cast(received.newest_as_of_date + to_days(cast(subjects.days_between_deliveries as integer)) as date)
        as next_due_date,
    coalesce(received.landed_rows, 0) as landed_rows,
    coalesce(received.rejected_rows, 0) as rejected_rows,
    coalesce(found.errors, 0) as errors,
    coalesce(found.warnings, 0) as warnings,
    coalesce(found.repairs, 0) as repairs
from expected
inner join providers on expected.provider_code = providers.provider_code
inner join subjects on expected.subject = subjects.subject
left join received
    on expected.subject = received.subject and expected.provider_code = received.provider_code
left join found on expected.subject = found.subject and expected.provider_code = found.provider_code

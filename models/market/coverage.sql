-- coverage.sql
-- One row a subject and provider that has sent something, or should have: what came, what is due, how far it can be relied on.
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

expected as (

    select * from {{ ref('int_expected_senders') }}

),

periods as (

    select * from {{ ref('coverage_periods') }}

),

scores as (

    select * from {{ ref('quality_scores') }}

),

steps as (

    select * from {{ ref('quality_steps') }}

),

received as (

    select
        subject,
        provider_code,
        count(*) filter (where outcome = 'landed') as landed_extracts,
        count(*) filter (where outcome = 'held') as held_extracts,
        count(*) filter (where outcome = 'refused') as refused_extracts,
        min(as_of_date) filter (where outcome = 'landed') as first_as_of_date,
        max(as_of_date) filter (where outcome = 'landed') as newest_as_of_date,
        sum(landed_rows) filter (where outcome = 'landed') as landed_rows,
        sum(rejected_rows) filter (where outcome = 'landed') as rejected_rows,
        coalesce(
            bool_and(len(missing_fields) = 0) filter (where outcome = 'landed' and is_current)
            and sum(rejected_rows) filter (where outcome = 'landed' and is_current) * 10
            <= sum(source_records) filter (where outcome = 'landed' and is_current),
            false
        ) as is_indicative
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

awaited as (

    select
        subject,
        provider_code,
        count(*) as due_periods,
        count(*) filter (where state in ('received', 'late')) as received_periods,
        coalesce(arg_max(state, period_from) in ('received', 'late'), false) as has_newest
    from periods
    where state <> 'due'
    group by subject, provider_code

),

-- The period behind the newest of which something came.
next_periods as (

    select
        subject,
        provider_code,
        lead(due_date) over (partition by subject, provider_code order by period_from) as due_date
    from periods
    qualify
        state in ('received', 'late')
        and row_number() over (partition by subject, provider_code, state in ('received', 'late') order by period_from desc) = 1

),

scored as (

    select
        subject,
        provider_code,
        min(score) as lowest_score,
        min(score) filter (where dimension in ('completeness', 'validity')) as lowest_form_score,
        count(score) filter (where dimension = 'accuracy') > 0 as is_compared
    from scores
    group by subject, provider_code

),

together as (

    select
        expected.*,
        providers.provider_name,
        received.* exclude (subject, provider_code, landed_rows, rejected_rows, landed_extracts, held_extracts, refused_extracts),
        coalesce(received.landed_extracts, 0) as landed_extracts,
        coalesce(received.held_extracts, 0) as held_extracts,
        coalesce(received.refused_extracts, 0) as refused_extracts,
        coalesce(received.landed_rows, 0) as landed_rows,
        coalesce(received.rejected_rows, 0) as rejected_rows,
        coalesce(found.errors, 0) as errors,
        coalesce(found.warnings, 0) as warnings,
        coalesce(found.repairs, 0) as repairs,
        coalesce(awaited.due_periods, 0) as due_periods,
        coalesce(awaited.received_periods, 0) as received_periods,
        next_periods.due_date as next_period_due_date,
        scored.lowest_score,
        -- A step is reached when its own criterion and all before it are met.
        [
            coalesce(received.landed_extracts, 0) > 0,
            coalesce(received.is_indicative, false),
            expected.is_authoritative,
            coalesce(awaited.has_newest, true) and coalesce(scored.lowest_form_score >= 90, false),
            coalesce(awaited.received_periods = awaited.due_periods, true)
            and coalesce(scored.is_compared and scored.lowest_score >= 95, false)
        ] as criteria,
        cast(coalesce(list_position(criteria, false) - 1, len(criteria)) as integer) as quality_step
    from expected
    inner join providers on expected.provider_code = providers.provider_code
    left join received
        on expected.subject = received.subject and expected.provider_code = received.provider_code
    left join found on expected.subject = found.subject and expected.provider_code = found.provider_code
    left join awaited on expected.subject = awaited.subject and expected.provider_code = awaited.provider_code
    left join next_periods
        on expected.subject = next_periods.subject and expected.provider_code = next_periods.provider_code
    left join scored on expected.subject = scored.subject and expected.provider_code = scored.provider_code

)

select
    together.sender_key as coverage_key,
    together.subject,
    together.provider_code,
    together.provider_name,
    together.is_expected,
    case
        when together.landed_extracts > 0 then 'received'
        when together.held_extracts > 0 then 'held'
        when together.refused_extracts > 0 then 'refused'
        else 'missing'
    end as state,
    together.quality_step,
    steps.name as quality_step_name,
    next_steps.criterion as next_step,
    together.landed_extracts,
    together.held_extracts,
    together.refused_extracts,
    together.first_as_of_date,
    together.newest_as_of_date,
    coalesce(
        together.next_period_due_date,
        cast(together.newest_as_of_date + to_days(together.days_between_deliveries) as date)
    ) as next_due_date,
    together.due_periods,
    together.received_periods,
    together.lowest_score,
    together.landed_rows,
    together.rejected_rows,
    together.errors,
    together.warnings,
    together.repairs
from together
inner join steps on together.quality_step = steps.step
left join steps as next_steps on together.quality_step + 1 = next_steps.step

-- coverage_periods.sql
-- One row a subject, provider and period in which a delivery was due or came: when it was due, when it came, what became of it.
with

senders as (

    select
        *,
        case
            when days_between_deliveries <= 31 then 'month'
            when days_between_deliveries <= 92 then 'quarter'
            else 'year'
        end as period_type,
        case period_type when 'month' then 1 when 'quarter' then 3 else 12 end as months
    from {{ ref('int_expected_senders') }}
    where days_between_deliveries is not null

),

deliveries as (

    select
        subject,
        provider_code,
        as_of_date,
        landed_at,
        landed_rows,
        true as is_landed
    from {{ ref('extract_days') }}
    union all by name
    select
        subject,
        provider_code,
        as_of_date,
        landed_at,
        false as is_landed
    from {{ ref('extracts') }}
    where not is_landed and as_of_date is not null

),

-- No clock: what is overdue is told by the day on which something came last.
horizon as (

    select max(cast(landed_at at time zone 'UTC' as date)) as today
    from deliveries

),

arrived as (

    select
        senders.subject,
        senders.provider_code,
        cast(date_trunc(senders.period_type, deliveries.as_of_date) as date) as period_from,
        min(cast(deliveries.landed_at at time zone 'UTC' as date)) filter (where deliveries.is_landed) as received_date,
        count(*) filter (where deliveries.is_landed) as landed_extracts,
        count(*) filter (where not deliveries.is_landed) as held_extracts,
        coalesce(sum(deliveries.landed_rows), 0) as landed_rows
    from deliveries
    inner join senders on deliveries.subject = senders.subject and deliveries.provider_code = senders.provider_code
    group by senders.subject, senders.provider_code, period_from

),

-- Who has sent something is asked from then on; who has sent nothing, since anybody has.
begun as (

    select
        subject,
        provider_code,
        min(period_from) as first_period,
        min(received_date) as first_received_date,
        min(min(period_from)) over (partition by subject) as first_period_of_subject
    from arrived
    group by subject, provider_code

),

first_of_subject as (

    select distinct
        subject,
        first_period_of_subject
    from begun

),

calendar as (

    select
        senders.subject,
        senders.provider_code,
        cast(unnest(generate_series(
            coalesce(begun.first_period, first_of_subject.first_period_of_subject),
            horizon.today,
            to_months(senders.months)
        )) as date) as period_from
    from senders
    inner join first_of_subject on senders.subject = first_of_subject.subject
    cross join horizon
    left join begun on senders.subject = begun.subject and senders.provider_code = begun.provider_code
    where senders.is_expected or begun.subject is not null
    union
    select
        subject,
        provider_code,
        period_from
    from arrived

),

dated as (

    select
        calendar.subject,
        calendar.provider_code,
        senders.is_expected,
        senders.period_type,
        calendar.period_from,
        cast(calendar.period_from + to_months(senders.months) - to_days(1) as date) as period_to,
        cast(period_to + to_days(senders.days_between_deliveries // 2) as date) as due_date,
        arrived.received_date,
        coalesce(arrived.landed_extracts, 0) as landed_extracts,
        coalesce(arrived.held_extracts, 0) as held_extracts,
        coalesce(arrived.landed_rows, 0) as landed_rows,
        -- Of what came with a provider's first load nobody knows when it was sent, but for the newest of it.
        coalesce(
            arrived.received_date = begun.first_received_date
            and calendar.period_from < max(calendar.period_from) filter (
                where arrived.received_date = begun.first_received_date
            ) over (partition by calendar.subject, calendar.provider_code),
            false
        ) as is_backlog
    from calendar
    inner join senders on calendar.subject = senders.subject and calendar.provider_code = senders.provider_code
    left join arrived
        on
            calendar.subject = arrived.subject
            and calendar.provider_code = arrived.provider_code
            and calendar.period_from = arrived.period_from
    left join begun on calendar.subject = begun.subject and calendar.provider_code = begun.provider_code

)

select
    dated.subject || '/' || dated.provider_code || '/' || dated.period_from as period_key,
    dated.subject,
    dated.provider_code,
    dated.period_type,
    dated.period_from,
    dated.period_to,
    dated.due_date,
    dated.is_expected,
    dated.received_date,
    case
        when dated.received_date > dated.due_date and not dated.is_backlog then 'late'
        when dated.received_date is not null then 'received'
        when dated.held_extracts > 0 then 'held'
        when dated.due_date < horizon.today then 'missing'
        else 'due'
    end as state,
    case
        when dated.is_backlog then null
        when dated.received_date is not null then dated.received_date - dated.due_date
        when dated.due_date < horizon.today then horizon.today - dated.due_date
    end as lag_days,
    dated.is_backlog,
    dated.landed_extracts,
    dated.held_extracts,
    dated.landed_rows
from dated
cross join horizon

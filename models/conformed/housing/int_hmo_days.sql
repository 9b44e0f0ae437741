-- int_hmo_days.sql
-- One row a borough and day on which its dwellings are looked at: the first of each month that is far enough from the first
-- records to see a year back, and the day of the newest deliveries.
with

subjects_known as (

    select * from {{ ref('int_borough_subjects') }}

),

boroughs as (

    select
        borough_code,
        max(known_until_date) filter (where subject = 'gazetteer') as gazetteer_until,
        max(known_until_date) filter (where subject in ('service_requests', 'council_tax', 'hmo_licences', 'inspections'))
            as today,
        -- an outcome that has not been delivered is not known to be none
        min(known_until_date) filter (where subject in ('hmo_licences', 'inspections')) as outcomes_until
    from subjects_known
    group by borough_code

),

-- Where the records begin: a few may bear a much older date, by mistake or because they are still open.
first_records as (

    select
        borough_code,
        quantile_disc(received_date, 0.01) as history_from
    from {{ ref('int_service_requests') }}
    where borough_code is not null
    group by borough_code

),

months as (

    select
        boroughs.borough_code,
        cast(unnest(generate_series(
            date_trunc('month', greatest(
                first_records.history_from + interval 13 month - interval 1 day, boroughs.today - interval 25 month
            )),
            cast(boroughs.today - 1 as timestamp),
            interval 1 month
        )) as date) as day
    from boroughs
    inner join first_records on boroughs.borough_code = first_records.borough_code
    where boroughs.gazetteer_until is not null

),

days as (

    select
        borough_code,
        day,
        false as is_today
    from months
    union all
    select
        borough_code,
        today as day,
        true as is_today
    from boroughs
    where gazetteer_until is not null and today is not null

)

select
    md5(concat_ws('|', days.borough_code, days.day)) as borough_day_key,
    days.borough_code,
    days.day as seen_on_date,
    days.is_today,
    cast(days.day + interval 6 month as date) as outcome_until_date,
    not days.is_today and coalesce(days.day + interval 6 month <= boroughs.outcomes_until, false) as is_outcome_known
from days
inner join boroughs on days.borough_code = boroughs.borough_code

-- A count carried to newer areas adds up to the total that was reported, less what was reported again for the newer areas.
-- A difference means that an area of the older vintage has no counterpart: see int_area_changes.
with

reported as (

    select
        indicator_code,
        period,
        vintage,
        sum(value) as reported_total
    from {{ ref('int_area_indicators') }}
    where aggregation = 'sum'
    group by indicator_code, period, vintage

),

carried as (

    select
        indicator_code,
        period,
        source_vintage as vintage,
        sum(value) as carried_total
    from {{ ref('int_carried_indicators') }}
    group by indicator_code, period, source_vintage

),

-- Two vintages reported for one period take each other's place area by area, and their totals can't be compared.
reported_once as (

    select * from reported
    qualify count(*) over (partition by indicator_code, period) = 1

)

select
    reported_once.*,
    carried.carried_total
from reported_once
left join carried
    on
        reported_once.indicator_code = carried.indicator_code
        and reported_once.period = carried.period
        and reported_once.vintage = carried.vintage
where coalesce(abs(reported_once.reported_total - carried.carried_total) > 1e-6 * abs(reported_once.reported_total), true)

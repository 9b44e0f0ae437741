-- int_property_history.sql
-- One row a UPRN of a gazetteer and period in which its address, class, status, parent and place stayed the same.
with

addressed as (

    select * from {{ ref('int_property_descriptions') }}

),

delivery_days as (

    select distinct
        provider_code,
        as_of_date
    from {{ ref('int_gazetteer_deliveries') }}
    where is_counted

),

-- An address is the same whatever its case and commas, its key and the parts that it came in. What only some exports
-- hold (state, dates) begins no period: else every change of system would.
compared as (

    select
        provider_code,
        uprn,
        day,
        next_day,
        hash(
            parent_uprn,
            logical_status,
            blpu_class,
            easting,
            northing,
            regexp_replace(lower(postal_address), '[^a-z0-9]+', '', 'g')
        ) as content_hash
    from addressed

),

begun as (

    select
        *,
        coalesce(lag(next_day) over by_uprn <> day or lag(content_hash) over by_uprn <> content_hash, true) as is_new
    from compared
    window by_uprn as (partition by provider_code, uprn order by day)

),

numbered as (

    select
        *,
        count(*) filter (where is_new) over (
            partition by provider_code, uprn
            order by day
            rows between unbounded preceding and current row
        ) as period_number
    from begun

),

-- What was delivered last of the period stands for it.
bounded as (

    select
        provider_code,
        uprn,
        period_number,
        min(day) as valid_from_date,
        max(day) as last_day,
        nullif(max(coalesce(next_day, date '9999-12-31')), date '9999-12-31') as valid_until_date,
        max(coalesce(next_day, date '9999-12-31')) as until_date
    from numbered
    group by provider_code, uprn, period_number

),

seen as (

    select
        bounded.*,
        delivery_days.as_of_date as last_seen_date
    from bounded
    asof left join delivery_days
        on bounded.provider_code = delivery_days.provider_code and bounded.until_date > delivery_days.as_of_date

)

select
    seen.provider_code || '/' || seen.uprn || '/' || seen.valid_from_date as property_period_key,
    seen.provider_code,
    seen.uprn,
    seen.period_number,
    seen.valid_from_date,
    seen.valid_until_date,
    seen.last_seen_date,
    seen.valid_until_date is null as is_current,
    addressed.* exclude (provider_code, uprn, day, next_day, address_as_sent)
from seen
inner join addressed
    on
        seen.provider_code = addressed.provider_code
        and seen.uprn = addressed.uprn
        and seen.last_day = addressed.day

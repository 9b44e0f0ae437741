-- int_gazetteer_current_supplies.sql
-- One row a delivered table and day of which a gazetteer as it stands is made: its newest full supply and the changes since.
with

deliveries as (

    select * from {{ ref('int_gazetteer_deliveries') }}
    where is_counted

),

newest_full_supplies as (

    select
        provider_code,
        max(as_of_date) as as_of_date
    from deliveries
    where is_full
    group by provider_code

)

select
    deliveries.provider_code,
    deliveries.extract_id,
    deliveries.as_of_date,
    deliveries.is_full
from deliveries
left join newest_full_supplies on deliveries.provider_code = newest_full_supplies.provider_code
where coalesce(deliveries.as_of_date >= newest_full_supplies.as_of_date, true)

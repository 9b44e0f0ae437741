-- Who asks: a cross-borough partnership: who has moved, or is placed, between which boroughs within a year?
-- Not to be used for: a count of migration. Only those whom services of both boroughs know are seen.
-- On: the file of the city's analysts (docs/sharing.md).
with

stays as (
    select distinct
        person_key,
        borough_code,
        min(start_date) over (partition by person_key, borough_code) as first_month
    from marts.fct_service_use
    where borough_code is not null and coalesce(end_date, as_of_date) > as_of_date - interval 1 year
)

select
    earlier.borough_code as first_borough_code,
    later.borough_code as next_borough_code,
    count(distinct earlier.person_key) as people
from stays as earlier
inner join stays as later
    on
        earlier.person_key = later.person_key
        and earlier.borough_code <> later.borough_code
        and (earlier.first_month, earlier.borough_code) < (later.first_month, later.borough_code)
group by earlier.borough_code, later.borough_code
order by people desc, first_borough_code asc, next_borough_code asc

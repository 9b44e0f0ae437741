-- Who asks: a demographer who holds the households that services know against a census.
-- Not to be used for: the size of one household. Who is known to no service is not there; children seldom are.
-- On: the file of the city's analysts (docs/sharing.md).
with

homes as (
    select
        uprn,
        any_value(borough_code) as borough_code,
        count(distinct person_key) as persons
    from marts.fct_service_use
    where is_live and uprn is not null
    group by uprn
)

select
    borough_code,
    least(persons, 8) as persons_or_8_and_more,
    count(*) as households,
    round(count(*) / sum(count(*)) over (partition by borough_code), 3) as share
from homes
group by borough_code, persons_or_8_and_more
order by borough_code asc, persons_or_8_and_more asc

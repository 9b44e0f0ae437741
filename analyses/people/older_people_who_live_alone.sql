-- Who asks: the fire brigade, for visits to homes: where do people of 75 and more live by themselves?
-- Not to be used for: proof that somebody is alone. Only persons whom a service knows at the home are counted.
-- On: the file of the city's analysts (docs/sharing.md).
with

homes as (
    select
        use.uprn,
        any_value(use.borough_code) as borough_code,
        any_value(use.ward_code) as ward_code,
        count(distinct use.person_key) as persons,
        -- The band of five years is named by its first: all of it is 75 or older.
        max(person.birth_year_band <= year(use.as_of_date) - 80) as is_75_or_older
    from marts.fct_service_use as use
    inner join marts.dim_person as person on use.person_key = person.person_key
    where use.is_live and use.uprn is not null
    group by use.uprn
)

select
    borough_code,
    ward_code,
    count(*) as homes_of_one_person,
    count(*) filter (where is_75_or_older) as of_75_or_older
from homes
where persons = 1
group by borough_code, ward_code
order by of_75_or_older desc, borough_code asc, ward_code asc

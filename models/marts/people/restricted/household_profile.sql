-- household_profile.sql
-- One row a property at which services know people: how many, of what ages, how many of them work with the household, and since when.
with

used as (

    select
        used.*,
        persons.birth_year_band
    from {{ ref('fct_service_use') }} as used
    inner join {{ ref('dim_person') }} as persons on used.person_key = persons.person_key
    where used.is_live and used.uprn is not null

)

select
    uprn,
    min(borough_code) as borough_code,
    count(distinct person_key) as people,
    count(distinct person_key) filter (where birth_year_band > year(as_of_date) - 18) as people_under_18,
    count(distinct person_key) filter (where birth_year_band + 4 < year(as_of_date) - 70) as people_of_70_and_over,
    count(distinct person_key) filter (where birth_year_band is null) as people_of_unknown_age,
    count(distinct subject) as services,
    min(start_date) as first_start_date,
    max(start_date) as newest_start_date,
    max(as_of_date) as as_of_date
from used
group by uprn

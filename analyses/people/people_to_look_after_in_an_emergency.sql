-- Who asks: a borough's emergency planners: in which small areas live how many who may need help when power, water or homes fail?
-- Not to be used for: a list of doors. The borough's own services name its people; 200 metres around a place are some two areas.
-- On: the file of the city's analysts (docs/sharing.md).
with

people as (
    select
        person.person_key,
        person.lsoa_code,
        -- The band of five years is named by its first: all of it is 75 or older.
        person.birth_year_band <= year(person.as_of_date) - 80 as is_75_or_older,
        bool_or(use.subject = 'adult_social_care') as has_social_care,
        bool_or(use.subject = 'public_health') as has_public_health
    from marts.dim_person as person
    inner join marts.fct_service_use as use on person.person_key = use.person_key and use.is_live
    where person.is_live
    group by all
)

select
    lsoa_code,
    count(*) filter (where is_75_or_older) as aged_75_or_older,
    count(*) filter (where has_social_care) as with_social_care,
    count(*) filter (where has_public_health) as with_public_health,
    count(*) as any_of_these
from people
where is_75_or_older or has_social_care or has_public_health
group by lsoa_code
order by any_of_these desc, lsoa_code asc

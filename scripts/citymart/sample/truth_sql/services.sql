-- Whom services may know: everybody who lives in the borough, or did until a year ago, each once, with what makes it likelier.
create or replace table served as
with homes as (
    select uprn, row_number() over (order by uprn) - 1 as place from properties where is_dwelling and to_date is null
),
last_stays as (
    select *
    from residences
    where to_date is null or to_date > getvariable('as_of') - 365
    qualify row_number() over (partition by person_id order by from_date desc, residence_id) = 1
)
select
    people.person_id,
    row_number() over (order by people.person_id) as number,
    people.date_of_birth,
    people.date_of_death,
    date_sub('year', people.date_of_birth, getvariable('as_of')) as age,
    last_stays.uprn,
    -- Where a service may still have them.
    homes.uprn as former_uprn,
    properties.is_hmo,
    case properties.tenure when 'social_rent' then 2.0 when 'private_rent' then 1.1 else 0.6 end as hardship
from last_stays
inner join people on last_stays.person_id = people.person_id
inner join properties on last_stays.uprn = properties.uprn
left join homes on homes.place = n('former home', people.person_id, (select count(*) from homes));

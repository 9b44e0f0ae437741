-- Who asks: a head of services who wants to know where services meet, and which of them should meet.
-- Not to be used for: a count for the public: marts.service_overlap of the open file has that, with small counts hidden.
-- On: the file of the city's analysts (docs/sharing.md).
with

known as (
    select
        person_key,
        string_agg(distinct subject, ', ' order by subject) as services
    from marts.fct_service_use
    where is_live
    group by person_key
    having count(distinct subject) >= 3
)

select
    person.borough_code,
    area.ward_code,
    known.services,
    count(*) as residents
from known
inner join marts.dim_person as person on known.person_key = person.person_key
left join marts.dim_area as area on person.lsoa_code = area.lsoa_code and area.is_current_vintage
group by all
order by residents desc, person.borough_code asc, area.ward_code asc, known.services asc

-- int_service_people.sql
-- One row a person as a service knows them: as its newest episode has them, since the first and until the last.
with

episodes as (

    select * from {{ ref('int_service_episodes') }}
    where coalesce(name, surname) is not null

),

spans as (

    select
        record_id,
        min(start_date) as start_date,
        case when bool_and(end_date is not null) then max(end_date) end as end_date,
        bool_or(is_live) as is_live
    from episodes
    group by record_id

)

select
    episodes.record_id,
    episodes.subject,
    episodes.provider_code,
    episodes.borough_code,
    episodes.person_reference,
    episodes.title,
    episodes.forename as first_name,
    episodes.middle_name,
    episodes.surname,
    episodes.name,
    episodes.gender,
    episodes.birth_date,
    episodes.deceased_date as death_date,
    episodes.address,
    episodes.postcode,
    episodes.uprn,
    episodes.lsoa_code,
    episodes.ward_code,
    episodes.nhs_number,
    episodes.nino,
    episodes.phone,
    episodes.email,
    spans.start_date,
    spans.end_date,
    spans.is_live,
    episodes.as_of_date,
    episodes.extract_id,
    episodes.row_number,
    episodes.line_number
from episodes
inner join spans on episodes.record_id = spans.record_id
qualify
    row_number() over (
        partition by episodes.record_id
        order by episodes.is_live desc, episodes.start_date desc nulls last, episodes.extract_id desc, episodes.row_number desc
    ) = 1

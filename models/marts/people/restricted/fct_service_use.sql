-- fct_service_use.sql
-- One row a period in which a service knows a person: which service of which borough, since when and until when.
with

records as (

    select * from {{ ref('int_person_records') }}

),

episodes as (

    select * from {{ ref('int_service_episodes') }}

),

keys as (

    select * from {{ ref('int_person_keys') }}

),

-- The services that know people by episodes have each of them; the others the one stay of an account, a claim or an entry.
periods as (

    select episodes.* from episodes
    semi join records on episodes.record_id = records.record_id

    union all by name

    select
        record_id as episode_key,
        *
    from records
    where subject not in ({{ "'" ~ service_subjects() | join("', '") ~ "'" }})

)

select
    periods.episode_key,
    periods.record_id,
    keys.person_key,
    periods.subject,
    periods.service_type,
    periods.provider_code,
    periods.borough_code,
    periods.lsoa_code,
    periods.ward_code,
    periods.uprn,
    periods.start_date,
    periods.end_date,
    periods.is_live,
    periods.as_of_date,
    periods.extract_id,
    periods.row_number,
    periods.line_number
from periods
inner join keys on periods.record_id = keys.record_id

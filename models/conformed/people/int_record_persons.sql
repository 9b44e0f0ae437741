-- int_record_persons.sql
-- One row a record of a person: the person it was found to be, and whether another service or borough knows the person.
with

records as (

    select * from {{ ref('int_person_records') }}

),

keys as (

    select * from {{ ref('int_person_keys') }}

)

select
    records.record_id,
    records.subject,
    records.provider_code,
    records.uprn,
    keys.person_key,
    coalesce(
        keys.person_key is not null
        and min(records.subject || '/' || records.provider_code) over of_person
        <> max(records.subject || '/' || records.provider_code) over of_person,
        false
    ) as is_known_elsewhere
from records
left join keys on records.record_id = keys.record_id
window of_person as (partition by keys.person_key)

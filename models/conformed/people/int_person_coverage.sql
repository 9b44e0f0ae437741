-- int_person_coverage.sql
-- One row a subject and provider that knows people: of how many of its records the person is known, and to others too.
with

record_persons as (

    select * from {{ ref('int_record_persons') }}

)

select
    subject,
    provider_code,
    count(*) as records,
    count(person_key) as with_person,
    count(*) filter (where is_known_elsewhere) as with_person_known_elsewhere
from record_persons
group by subject, provider_code

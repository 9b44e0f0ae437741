-- fct_service_use.sql
-- One row a record by which a service knows a person: which service of which borough, since when and until when.
with

records as (

    select * from {{ ref('int_person_records') }}

),

keys as (

    select * from {{ ref('int_person_keys') }}

)

select
    records.record_id,
    keys.person_key,
    records.subject,
    records.provider_code,
    records.borough_code,
    records.lsoa_code,
    records.ward_code,
    records.uprn,
    records.start_date,
    records.end_date,
    records.is_live,
    records.as_of_date,
    records.extract_id,
    records.row_number,
    records.line_number
from records
inner join keys on records.record_id = keys.record_id

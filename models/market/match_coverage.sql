-- match_coverage.sql
-- One row a subject, provider and spine of the city (property, person): how many of its records have their place on it.
with

record_properties as (

    select * from {{ ref('int_record_properties') }}

),

current_extracts as (

    select * from {{ ref('int_current_extracts') }}

),

person_coverage as (

    select * from {{ ref('int_person_coverage') }}

),

-- Of a subject in several tables those count whose records say where: an account has no place, its property has.
files as (

    select
        record_properties.subject,
        record_properties.provider_code,
        record_properties.extract_id,
        count(*) as records,
        count(record_properties.uprn) as matched,
        count(*) filter (where record_properties.uprn_method in ('given', 'decided')) as matched_as_told
    from record_properties
    semi join current_extracts on record_properties.extract_id = current_extracts.extract_id
    group by record_properties.subject, record_properties.provider_code, record_properties.extract_id
    having count(coalesce(record_properties.address_key, record_properties.given_uprn::varchar)) > 0

),

properties as (

    select
        subject,
        provider_code,
        'property' as spine,
        sum(records)::bigint as records,
        sum(matched)::bigint as matched,
        sum(matched_as_told)::bigint as matched_as_told,
        null::bigint as known_elsewhere
    from files
    group by subject, provider_code

),

people as (

    select
        subject,
        provider_code,
        'person' as spine,
        records,
        with_person as matched,
        null::bigint as matched_as_told,
        with_person_known_elsewhere as known_elsewhere
    from person_coverage

),

together as (

    select * from properties
    union all
    select * from people

)

select
    concat_ws('/', subject, provider_code, spine) as match_key,
    subject,
    provider_code,
    spine,
    records,
    matched,
    round(matched / records, 3) as share_matched,
    matched_as_told,
    known_elsewhere,
    round(known_elsewhere / records, 3) as share_known_elsewhere
from together

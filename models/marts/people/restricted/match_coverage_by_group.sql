-- match_coverage_by_group.sql
-- One row a subject, provider and group of people: how many of their records have a property, and a person whom others know.
with

record_persons as (

    select * from {{ ref('int_record_persons') }}

),

features as (

    select * from {{ ref('int_person_features') }}

),

grouped as (

    select
        record_persons.*,
        unnest([
            struct_pack(kind := 'sex', is_of := coalesce(features.sex, 'unknown')),
            struct_pack(
                kind := 'born',
                is_of := coalesce(cast(year(features.birth_date) // 10 * 10 as varchar) || 's', 'unknown')
            ),
            struct_pack(
                kind := 'has number',
                is_of := case when coalesce(features.nhs_number, features.nino) is null then 'no' else 'yes' end
            )
        ]) as of_group
    from record_persons
    left join features on record_persons.record_id = features.record_id

),

counted as (

    select
        subject,
        provider_code,
        of_group.kind as group_kind,
        of_group.is_of as group_name,
        count(*) as records,
        count(uprn) as with_uprn,
        count(person_key) as with_person,
        count(*) filter (where is_known_elsewhere) as with_person_known_elsewhere
    from grouped
    group by subject, provider_code, of_group.kind, of_group.is_of

)

select
    concat_ws('/', subject, provider_code, group_kind, group_name) as match_key,
    subject,
    provider_code,
    group_kind,
    group_name,
    records,
    with_uprn,
    with_person,
    with_person_known_elsewhere,
    with_uprn / records as share_with_uprn,
    with_person_known_elsewhere / records as share_known_elsewhere
from counted

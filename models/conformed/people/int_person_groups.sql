-- int_person_groups.sql
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
            -- By its form and by nothing that it may say of where somebody is from.
            struct_pack(
                kind := 'name',
                is_of := case
                    when len(features.surnames) > 1 then 'several surnames'
                    when len(features.surnames) = 1 and len(features.forenames) > 0 then 'one surname'
                    else 'one name'
                end
            ),
            struct_pack(
                kind := 'has number',
                is_of := case when coalesce(features.nhs_number, features.nino) is null then 'no' else 'yes' end
            )
        ]) as of_group
    from record_persons
    left join features on record_persons.record_id = features.record_id

)

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

-- dim_person.sql
-- One row a person whom the city's services know: a key that says nothing of who, and what may be counted by.
with

records as (

    select
        records.*,
        keys.person_key,
        features.birth_date as usable_birth_date,
        features.sex
    from {{ ref('int_person_records') }} as records
    inner join {{ ref('int_person_keys') }} as keys on records.record_id = keys.record_id
    inner join {{ ref('int_person_features') }} as features on records.record_id = features.record_id

),

-- Where several records say a thing, most of them are believed, and of as many the newest.
persons as (

    select
        person_key,
        mode(year(usable_birth_date) order by usable_birth_date) as birth_year,
        mode(sex order by sex) as sex,
        arg_max(borough_code, struct_pack(day := coalesce(start_date, date '1900-01-01'), id := record_id)) filter (where borough_code is not null and is_live) as borough_code,
        arg_max(lsoa_code, struct_pack(day := coalesce(start_date, date '1900-01-01'), id := record_id)) filter (where lsoa_code is not null and is_live) as lsoa_code,
        count(*) as records,
        count(distinct subject) as services,
        list_sort(list(distinct provider_code)) as provider_codes,
        bool_or(is_live) as is_live,
        max(as_of_date) as as_of_date
    from records
    group by person_key

)

select
    person_key,
    birth_year // 5 * 5 as birth_year_band,
    sex,
    borough_code,
    lsoa_code,
    records,
    services,
    provider_codes,
    len(provider_codes) as providers,
    is_live,
    as_of_date
from persons

-- service_overlap.sql
-- One row a borough, a ward in it and a combination of services: how many people, and how many households, just these know.
with

used as (

    select * from {{ ref('fct_service_use') }}
    where is_live and borough_code is not null

),

persons as (

    select
        'person' as unit,
        person_key as unit_key,
        borough_code,
        arg_max(ward_code, struct_pack(day := coalesce(start_date, date '1900-01-01'), id := record_id)) as ward_code,
        string_agg(distinct subject, ' + ' order by subject) as services,
        count(distinct subject) as number_of_services
    from used
    group by person_key, borough_code

),

households as (

    select
        'household' as unit,
        uprn::varchar as unit_key,
        borough_code,
        min(ward_code) as ward_code,
        string_agg(distinct subject, ' + ' order by subject) as services,
        count(distinct subject) as number_of_services
    from used
    where uprn is not null
    group by uprn, borough_code

),

known as (

    select * from persons
    union all
    select * from households

)

select
    unit,
    borough_code,
    coalesce(ward_code, 'unknown') as ward_code,
    services,
    number_of_services,
    count(*) as number_known
from known
group by unit, borough_code, coalesce(ward_code, 'unknown'), services, number_of_services

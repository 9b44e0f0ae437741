-- int_person_features.sql
-- One row a record of a person: what of it can be compared with another record, and what it is worth among all records.
with

names as (

    select * from {{ ref('int_person_names') }}

),

population as (

    select * from {{ ref('int_person_population') }}

),

-- A first name may stand for several: Ellie for Elizabeth, Eleanor, Ellen.
variants as (

    select
        first_name,
        list(variant_of order by variant_of) as variants_of
    from {{ ref('first_name_variants') }}
    group by first_name

),

known_names as (

    select of_value as first_name
    from population
    where what = 'known name'

    union

    select unnest([first_name, variant_of])
    from {{ ref('first_name_variants') }}

)

select
    names.* exclude (nhs_number, nino, phone, email, is_institution),
    coalesce(variants.variants_of, []) as variants_of,
    coalesce(variants.variants_of[1], names.first_name) as first_root,
    known_names.first_name is not null as is_known_name,
    coalesce(month(names.birth_date) = 1 and day(names.birth_date) = 1, false) as is_first_of_january,
    rare_names.of_value as rare_name,
    offices.of_value is not null as has_people_once,
    {% for what in ['nhs_number', 'nino', 'phone', 'email'] %}
    case when of_{{ what }}.of_value is null then names.{{ what }} end as {{ what }},
    {% endfor %}
    names.is_institution or of_uprn.of_value is not null or of_door.of_value is not null as is_shared_address
from names
left join variants on names.first_name = variants.first_name
left join known_names on names.first_name = known_names.first_name
left join population as rare_names
    on rare_names.what = 'rare name' and names.first_name || ' ' || names.surname = rare_names.of_value
left join population as offices
    on offices.what = 'people once' and coalesce(names.source, '') = offices.of_value
{% for what in ['nhs_number', 'nino', 'phone', 'email', 'uprn', 'door'] %}
left join population as of_{{ what }}
    on of_{{ what }}.what = '{{ what }}' and names.{{ what }}::varchar = of_{{ what }}.of_value
{% endfor %}

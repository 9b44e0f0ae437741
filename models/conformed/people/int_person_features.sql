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
    names.* exclude (generation, nhs_number, nino, phone, email, is_institution),
    coalesce(variants.variants_of, []) as variants_of,
    coalesce(variants.variants_of[1], names.first_name) as first_root,
    known_names.first_name is not null as is_known_name,
    coalesce(month(names.birth_date) = 1 and day(names.birth_date) = 1, false) as is_first_of_january,
    names.forenames[2][1] as middle_initial,
    rare_names.of_value as rare_name,
    rarest_names.of_value is not null as is_rarest_name,
    names_of_two.of_value is not null as is_name_of_two,
    case when moved.of_value is not null then names.first_name || ' ' || names.surname end as moved_name,
    case
        when names.generation in ('junior', 'senior') then names.generation
        when minors.of_value is not null or (names.birth_date is null and names.generation = 'child') then 'child'
        when names.birth_date is not null or names.generation = 'adult' or adult_offices.of_value is not null then 'adult'
    end as generation,
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
left join population as rarest_names
    on rarest_names.what = 'rarest name' and names.first_name || ' ' || names.surname = rarest_names.of_value
left join population as names_of_two
    on names_of_two.what = 'name of two' and names.first_name || ' ' || names.surname = names_of_two.of_value
left join population as moved
    on
        moved.what = 'moved together'
        and names.first_name || ' ' || names.surname || ' ' || names.postcode || ' ' || array_to_string(names.door_numbers, ' ') = moved.of_value
left join population as minors
    on minors.what = 'month of a minor' and strftime(names.birth_date, '%Y-%m') = minors.of_value
left join population as adult_offices
    on adult_offices.what = 'adults only' and coalesce(names.source, '') = adult_offices.of_value
left join population as offices
    on offices.what = 'people once' and coalesce(names.source, '') = offices.of_value
{% for what in ['nhs_number', 'nino', 'phone', 'email', 'uprn', 'door'] %}
left join population as of_{{ what }}
    on of_{{ what }}.what = '{{ what }}' and names.{{ what }}::varchar = of_{{ what }}.of_value
{% endfor %}

-- int_person_features.sql
-- One row a record of a person: what of it can be compared with another record, and what it is worth among all records.
with

typed as (

    select * from {{ ref('int_person_names') }}

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

    select first_name
    from typed
    group by first_name
    having count(*) >= 10

    union

    select unnest([first_name, variant_of])
    from {{ ref('first_name_variants') }}

),

placed as (

    select
        typed.*,
        coalesce(variants.variants_of, []) as variants_of,
        coalesce(variants.variants_of[1], typed.first_name) as first_root,
        known_names.first_name is not null as is_known_name,
        coalesce(month(birth_date) = 1 and day(birth_date) = 1, false) as is_first_of_january,
        case
            when len(door_numbers) + len(street_words) > 0
                then concat_ws('|', postcode, array_to_string(door_numbers, ' '), array_to_string(street_words, ' '))
        end as door
    from typed
    left join variants on typed.first_name = variants.first_name
    left join known_names on typed.first_name = known_names.first_name

),

-- What more than three surnames share says nothing of a person: a firm's telephone, a number typed for want of one, a hostel.
surnames_of as (

    {% for what in ['nhs_number', 'nino', 'phone', 'email', 'uprn', 'door'] %}
    select
        '{{ what }}' as what,
        {{ what }}::varchar as shared
    from placed
    where {{ what }} is not null and surname is not null
    group by {{ what }}
    having count(distinct surname) > 3
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- By how often its parts occur, hardly anybody else can have the whole name.
names as (

    select
        first_name,
        surname,
        (count(*) over (partition by first_name)) * (count(*) over (partition by surname)) < 0.01 * count(*) over () as is_rare
    from placed
    where first_name is not null and surname is not null
    qualify row_number() over (partition by first_name, surname) = 1

),

-- Some offices have a person once, others as often as the person came.
worded as (

    select
        source,
        count(*) as records
    from placed
    group by source, sender, forenames, surname, birth_date, coalesce(uprn::varchar, door)

),

repeats as (

    select
        source,
        sum(records) >= 200 and sum(records - 1) < 0.02 * sum(records) as has_people_once
    from worded
    group by source

)

select
    placed.* exclude (nhs_number, nino, phone, email, is_institution),
    case when names.is_rare then placed.first_name || ' ' || placed.surname end as rare_name,
    repeats.has_people_once,
    {% for what in ['nhs_number', 'nino', 'phone', 'email'] %}
    case when of_{{ what }}.shared is null then placed.{{ what }} end as {{ what }},
    {% endfor %}
    placed.is_institution or of_uprn.shared is not null or of_door.shared is not null as is_shared_address
from placed
left join repeats on coalesce(placed.source, '') = coalesce(repeats.source, '')
left join names on placed.first_name = names.first_name and placed.surname = names.surname
{% for what in ['nhs_number', 'nino', 'phone', 'email', 'uprn', 'door'] %}
left join surnames_of as of_{{ what }}
    on of_{{ what }}.what = '{{ what }}' and placed.{{ what }}::varchar = of_{{ what }}.shared
{% endfor %}

-- int_person_population.sql
-- One row a value that all records together tell something of: a name that many have or hardly anybody, what many share.
with

names as (

    select * from {{ ref('int_person_names') }}

),

-- What more than three surnames share says nothing of a person: a firm's telephone, a number typed for want of one, a hostel.
shared as (

    {% for what in ['nhs_number', 'nino', 'phone', 'email', 'uprn', 'door'] %}
    select
        '{{ what }}' as what,
        {{ what }}::varchar as of_value
    from names
    where {{ what }} is not null and surname is not null
    group by {{ what }}
    having count(distinct surname) > 3
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

known_names as (

    select
        'known name' as what,
        first_name as of_value
    from names
    where first_name is not null
    group by first_name
    having count(*) >= 10

),

whole_names as (

    select
        first_name,
        surname,
        count(*) as records
    from names
    where first_name is not null and surname is not null
    group by first_name, surname

),

-- By how often its parts occur, hardly anybody else can have the whole name.
rare_names as (

    select
        'rare name' as what,
        first_name || ' ' || surname as of_value
    from whole_names
    qualify
        sum(records) over (partition by first_name) * sum(records) over (partition by surname)
        < 0.01 * sum(records) over ()

),

-- Some offices have a person once, others as often as the person came.
offices as (

    select
        'people once' as what,
        coalesce(source, '') as of_value
    from names
    group by coalesce(source, '')
    having
        count(*) >= 200
        and count(*) - count(distinct hash(sender, forenames, surname, birth_date, coalesce(uprn::varchar, door)))
        < 0.02 * count(*)

)

select * from shared
union all
select * from known_names
union all
select * from rare_names
union all
select * from offices

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

-- How many records would have the whole name if its parts had nothing to do with each other.
by_chance as (

    select
        first_name,
        surname,
        first_name || ' ' || surname as of_value,
        sum(records) over (partition by first_name) * sum(records) over (partition by surname) / sum(records) over () as expected
    from whole_names

),

rare_names as (

    select
        'rare name' as what,
        of_value
    from by_chance
    where expected < 0.1

    union all

    select
        'rarest name' as what,
        of_value
    from by_chance
    where expected < 0.01

),

-- Of two people, and may be of more: two dates of birth of which neither is the other with a slip, or more addresses than one who has moved.
names_of_two as (

    select
        'name of two' as what,
        first_name || ' ' || surname as of_value
    from names
    where first_name is not null and surname is not null
    group by first_name, surname
    having
        (count(distinct year(birth_date)) > 1 and count(distinct strftime(birth_date, '%m-%d')) > 1)
        or count(distinct postcode) > 2

),

-- Who lives where, of those whose name tells something.
residents as (

    select distinct
        names.first_name,
        names.surname,
        names.initial,
        names.postcode || ' ' || array_to_string(names.door_numbers, ' ') as home
    from names
    inner join by_chance on names.first_name = by_chance.first_name and names.surname = by_chance.surname
    where len(names.door_numbers) > 0 and by_chance.expected < 1

),

-- Two people or more who both turn up at one door and at another have moved together.
moves as (

    select
        residents.home,
        others.home as other_home,
        list(distinct residents.first_name || ' ' || residents.surname) as movers
    from residents
    inner join residents as others
        on
            residents.first_name = others.first_name
            and residents.surname = others.surname
            and residents.home <> others.home
    group by residents.home, others.home
    having count(distinct residents.initial) > 1

),

moved_together as (

    select distinct
        'moved together' as what,
        unnest(movers) || ' ' || home as of_value
    from moves

),

-- A child's record is not the father's: those born in these months are under sixteen.
minors as (

    select distinct
        'month of a minor' as what,
        strftime(birth_date, '%Y-%m') as of_value
    from names
    where birth_date > (select quantile_disc(everybody.birth_date, 0.999) - interval 16 year from names as everybody)

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

),

-- Some offices know no children: nobody of theirs is born so late, or none of many men is a Master.
adult_offices as (

    select
        'adults only' as what,
        coalesce(source, '') as of_value
    from names
    left join minors on strftime(names.birth_date, '%Y-%m') = minors.of_value
    group by coalesce(source, '')
    having
        (count(birth_date) >= 100 and count(minors.of_value) < 0.01 * count(birth_date))
        or (
            count(birth_date) < 100
            and count(*) filter (where generation = 'adult' and sex = 'M') >= 100
            and count(*) filter (where generation = 'child') < 0.01 * count(*) filter (where generation = 'adult')
        )

)

select * from shared
union all
select * from known_names
union all
select * from rare_names
union all
select * from names_of_two
union all
select * from moved_together
union all
select * from minors
union all
select * from offices
union all
select * from adult_offices

-- gazetteer.sql
-- From `gazetteer`, a row an address of a property: `units`, the doors of each building; `buildings`, where they are;
-- `building_numbers`, how a building's number may be written; `phrases`, the names of its streets and buildings;
-- `unit_keys`, how each door of a building may be written, where that can only be this one.
create or replace temp table gazetteer_parts as
select
    area,
    uprn,
    parent_uprn,
    coalesce(status_rank, 0) as status_rank,
    concat_ws(' ', sao_text, numbered(sao_start_number, sao_start_suffix, sao_end_number, sao_end_suffix)) as sao,
    coalesce(pao_text, '') as name,
    coalesce(numbered(pao_start_number, pao_start_suffix, pao_end_number, pao_end_suffix), '') as number,
    pao_start_number as from_number,
    pao_end_number as to_number,
    coalesce(street_descriptor, '') as street,
    coalesce(town_name, '') as town,
    coalesce(locality, '') as locality,
    coalesce(postcode, '') as postcode,
    coalesce(blpu_class, '') as blpu_class,
    has_children
from gazetteer;

create or replace temp table texts as
select
    text as id,
    text
from (
    select sao as text from gazetteer_parts
    union
    select name from gazetteer_parts
    union
    select street from gazetteer_parts
    union
    select town from gazetteer_parts
    union
    select locality from gazetteer_parts
);

-- tokens

create or replace temp table gazetteer_words as
select * from tokens;

-- A name that is only a number (`THE FIRS, 12`) is told by its words; doors within a name belong to it.
create or replace temp table units as
with

worded as (

    select
        parts.*,
        saos.words as sao_words,
        array_to_string(names.words, ' ') as name_words,
        array_to_string(streets.words, ' ') as street_words,
        array_to_string(towns.words, ' ') as town_words,
        array_to_string(localities.words, ' ') as locality_words
    from gazetteer_parts as parts
    inner join gazetteer_words as saos on parts.sao = saos.id
    inner join gazetteer_words as names on parts.name = names.id
    inner join gazetteer_words as streets on parts.street = streets.id
    inner join gazetteer_words as towns on parts.town = towns.id
    inner join gazetteer_words as localities on parts.locality = localities.id

)

select
    worded.* exclude (has_children, sao_words, name, street, town, locality, sao, name_words, street_words, town_words, locality_words),
    written_of(worded.street) as street_written,
    written_of(worded.name) as name_written,
    hash(worded.area, street_words, number, name_words, postcode) as building_id,
    hash(worded.area, street_words) as street_id,
    street_words as street,
    name_words as name,
    town_words as town,
    locality_words as locality,
    split_part(postcode, ' ', 1) || '|' || town_words as part,
    doors(sao_words, []).list_transform(lambda door: door.word).list_sort() as door,
    [
        sao_words[i] for i in range(1, len(sao_words) + 1)
        if not is_door(sao_words, i) and not is_unit_word(sao_words[i]) and sao_words[i] <> 'AND'
    ] as door_words,
    sao_words.list_filter(lambda word: is_unit_word(word)) as door_types,
    -- a parent shell, by its class or, where that says nothing, because it has children and no door of its own
    blpu_class[1] = 'P' or blpu_class = 'RH01' or (blpu_class = '' and has_children) as is_shell
from worded;

create or replace temp table buildings as
select
    building_id,
    min(area) as area,
    min(street_id) as street_id,
    min(street) as street,
    min(street_written) as street_written,
    min(name_written) as name_written,
    min(name) as name,
    min(number) as number,
    min(from_number) as from_number,
    min(to_number) as to_number,
    min(postcode) as postcode,
    min(part) as part,
    min(town) as town,
    min(locality) as locality,
    count(distinct uprn) as properties,
    case when count(distinct parent_uprn) = 1 then min(parent_uprn) end as shared_parent_uprn
from units
group by building_id;

-- Two streets of one name: in two towns, or with the same numbers in two postal districts.
create or replace temp table split_streets as
select street_id
from buildings
where postcode <> ''
group by street_id
having count(distinct nullif(town, '')) > 1
union
select street_id
from (
    select street_id, number, count(distinct split_part(postcode, ' ', 1)) as districts
    from units
    where postcode <> '' and number <> '' and status_rank = 0
    group by street_id, number
) as each_number
group by street_id
having count(*) filter (districts > 1) > count(*) / 10;

create or replace temp table street_places as
with

parts as (

    select distinct street_id, part, unnest([town, locality]) as place
    from buildings
    where postcode <> '' and street_id in (select street_id from split_streets)

)

select
    street_id,
    place,
    list(part) as parts
from parts
where place <> ''
group by street_id, place;

create or replace temp table street_outwards as
select distinct street_id, split_part(postcode, ' ', 1) as outward
from buildings
where postcode <> '' and street_id in (select street_id from split_streets);

create or replace temp table building_numbers as
with

forms as (

    select building_id, street_id, postcode, number as form, cast(null as varchar) as takes, 0 as penalty
    from buildings
    where number <> ''
    union all
    -- 26E as door E of 26
    select building_id, street_id, postcode, number[:-2], number[-1], 1
    from buildings
    where regexp_full_match(number, '[0-9]+[A-Z]')
    union all
    select
        building_id, street_id, postcode, form, null,
        case when form in (from_number::varchar, to_number::varchar) then 1 else 2 end
    from (
        select
            *,
            unnest(
                range(from_number, to_number + 1, case when (to_number - from_number) % 2 = 0 then 2 else 1 end)
            )::varchar as form
        from buildings
        where to_number - from_number between 1 and 40
    ) as within_range

)

-- a number within a range is this building only where no other building has it
select forms.*
from forms
where penalty = 0
    or takes is not null
    or (street_id, postcode, form) not in (select (street_id, postcode, number) from buildings)
qualify penalty = 0 or takes is not null
    or count(distinct building_id) over (partition by street_id, postcode, form, penalty) = 1;

create or replace temp table phrases as
with

every as (

    select distinct area, street as phrase, 'street' as kind, street_id as phrase_id, postcode, street_written as written
    from buildings
    where street <> ''
    union
    select distinct area, name, 'name', hash(area, name), postcode, name_written
    from buildings
    where name <> ''

)

select
    *,
    len(string_split(phrase, ' ')) as word_count
from every;

-- The names of each area, and of each of its postcodes.
create or replace temp table names as
select distinct area, phrase, kind, phrase_id, written, at_postcode
from (
    select *, unnest(['', postcode]) as at_postcode
    from phrases
) as placed;

-- How a name may be written with words run together: all of it, or its last two words.
create or replace temp table joined_names as
with

worded as (

    select area, phrase, kind, phrase_id, at_postcode, string_split(phrase, ' ') as words, string_split(written, ' ') as written_words
    from names

)

select distinct
    area,
    phrase,
    kind,
    phrase_id,
    at_postcode,
    unnest([
        array_to_string(words, ''),
        array_to_string(written_words, ''),
        if(len(words) = len(written_words), array_to_string(words[:-3], '') || array_to_string(written_words[-2:], ''), null)
    ]) as joined
from worded
where len(written_words) > 1;

create or replace temp table unit_keys as
with

whole as (

    select
        building_id, uprn, door_words, is_shell, status_rank, blpu_class, door_types,
        array_to_string(door, ' ') as form,
        0 as penalty
    from units

),

floors as (

    select
        building_id,
        max(try_cast(regexp_extract(word, '^~f:([0-9])$', 1) as integer)) as highest
    from (select building_id, unnest(string_split(form, ' ')) as word from whole)
    group by building_id

),

doors_of as (

    select
        building_id,
        count(distinct uprn) filter (where form <> '' or len(door_types) > 0) as doors,
        count(distinct uprn) filter (where blpu_class[1] <> 'C' and (form <> '' or len(door_types) > 0)) as flats,
        bool_or(regexp_matches(form, '(^| )[A-Z]( |$)')) as has_letters,
        bool_or(regexp_full_match(form, '[0-9]+')) as has_numbers,
        bool_or(regexp_matches(form, '~r:')) as has_rooms,
        count(distinct uprn) filter (where list_contains(door_types, 'MAIS')) as maisonettes,
        count(distinct uprn) filter (where blpu_class[1] = 'C' and not is_shell and (form <> '' or len(door_words) > 0)) as shops
    from whole
    group by building_id

),

described as (

    select whole.* exclude (form, penalty), whole.form as own, doors_of.* exclude (building_id), floors.highest
    from whole
    inner join doors_of on whole.building_id = doors_of.building_id
    left join floors on whole.building_id = floors.building_id

),

other as (

    select described.* exclude (own, doors, flats, has_letters, has_numbers, has_rooms, maisonettes, shops, highest), f.form, f.penalty
    from described
    cross join lateral (
        -- flat 3 as C, C as 3
        select letter_at(cast(own as integer)) as form, 3 as penalty
        where regexp_full_match(own, '[0-9]{1,2}') and cast(own as integer) between 1 and 26 and not has_letters
        union all
        select cast(ascii(own) - 64 as varchar), 3 where regexp_full_match(own, '[A-Z]') and not has_numbers
        union all
        -- a room as a flat, a flat as a room
        select regexp_replace(own, '~[rb]:', '', 'g'), 1 where contains(own, '~r:') or contains(own, '~b:')
        union all
        select '~r:' || own, 2 where regexp_full_match(own, '[0-9]+[A-Z]?|[A-Z]') and not has_rooms
        union all
        -- block B, room 12 as B12 and 12B
        select regexp_extract(own, '~b:(\S+)', 1) || regexp_extract(own, '(?:^|~r:| )([0-9]+)( |$)', 1), 1
        where regexp_full_match(own, '~b:[A-Z] (~r:)?[0-9]+|[0-9]+ ~b:[A-Z]')
        union all
        select regexp_extract(own, '(?:^|~r:| )([0-9]+)( |$)', 1) || regexp_extract(own, '~b:(\S+)', 1), 2
        where regexp_full_match(own, '~b:[A-Z] (~r:)?[0-9]+|[0-9]+ ~b:[A-Z]')
        union all
        select regexp_replace(own, '^([0-9]+)([A-Z])$', '\2\1'), 2 where regexp_full_match(own, '[0-9]+[A-Z]')
        union all
        select regexp_replace(own, '^([A-Z])([0-9]+)$', '\2\1'), 2 where regexp_full_match(own, '[A-Z][0-9]+')
        union all
        select regexp_replace(own, '^([A-Z])([0-9]+)$', '\2 \1'), 2 where regexp_full_match(own, '[A-Z][0-9]+')
        union all
        select regexp_replace(own, '^([0-9]+) ([A-Z])$', '\1\2'), 1 where regexp_full_match(own, '[0-9]+ [A-Z]')
        union all
        -- a side where one floor has only one door
        select trim(regexp_replace(regexp_replace(own, '~p:\S+', '', 'g'), ' {2,}', ' ', 'g')), 2
        where contains(own, '~p:') and contains(own, '~f:')
        union all
        -- what is below the ground floor, and what is above all others
        select replace(own, '~f:B', e.form), 2 from (values ('~f:LG'), ('~f:GD')) as e (form) where contains(own, '~f:B')
        union all
        select replace(own, '~f:LG', e.form), 2 from (values ('~f:B'), ('~f:GD')) as e (form) where contains(own, '~f:LG')
        union all
        select replace(own, '~f:GD', e.form), 2 from (values ('~f:B'), ('~f:G'), ('~f:LG')) as e (form)
        where contains(own, '~f:GD')
        union all
        select replace(own, '~f:G', '~f:GD'), 3 where regexp_full_match(own, '~f:G')
        union all
        select replace(own, '~f:UG', '~f:G'), 2 where contains(own, '~f:UG')
        union all
        select replace(own, '~f:' || highest, '~f:T'), 2 where contains(own, '~f:' || highest)
        union all
        select replace(own, '~f:T', '~f:' || above.floor), 2
        from (values (1), (2), (3), (4)) as above (floor)
        where contains(own, '~f:T') and above.floor > coalesce(highest, 0) and above.floor <= greatest(coalesce(highest, 0) + 1, 2)
        union all
        -- the only flat of a building, above its shop or however it is called
        select e.form, 2
        from (values ('~a'), ('~f:1'), ('~f:T'), ('~a ~u:SHOP'), ('1'), ('A'), ('~a ~f:1'), ('~flat')) as e (form)
        where flats = 1 and blpu_class[1] <> 'C' and (own in ('~a', '~f:1', '~f:T', '~f:U') or (own = '' and len(door_types) > 0))
        union all
        select '~mais', 2 where maisonettes = 1 and list_contains(door_types, 'MAIS')
        union all
        -- the only shop of a building, on its ground floor
        select e.form, 1
        from (values ('~u:SHOP'), ('~f:G ~u:SHOP')) as e (form)
        where shops = 1 and blpu_class[1] = 'C' and own in ('~u:SHOP', '~f:G', '~f:G ~u:SHOP')
        union all
        -- what the type is short for: U5, S5, R12
        select list_distinct(door_types)[1][1] || own, 1
        where len(door_types) > 0 and regexp_full_match(own, '[0-9]+')
        union all
        select 'R' || own[4:], 1 where regexp_full_match(own, '~r:[0-9]+')
        union all
        -- room A of flat 3 as 3A
        select e.form, 2
        from (
            select regexp_replace(own, '^([0-9]+) ~r:([A-Z])$', '\1\2') as form
            union all
            select regexp_replace(own, '^([0-9]+) ~r:([A-Z])$', '~r:\1\2')
        ) as e
        where regexp_full_match(own, '[0-9]+ ~r:[A-Z]')
        union all
        select '', 2 where doors = 1 and own in ('~u:SHOP')
        union all
        select e.form, 2
        from (values ('~u:SHOP'), ('~f:G ~u:SHOP')) as e (form)
        where own = '' and len(door_types) = 0 and not is_shell and blpu_class[1] <> 'R'
    ) as f

),

every as (

    select * from whole
    union all by name
    select other.*
    from other
    where (building_id, form) not in (select (building_id, form) from whole)

)

select
    building_id,
    uprn,
    form,
    door_words,
    door_types,
    is_shell,
    blpu_class[1] = 'C' as is_commercial,
    min(penalty) as penalty,
    min(status_rank) as status_rank
from every
group by all;

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
    coalesce(postcode, '') as postcode,
    coalesce(blpu_class, '') as blpu_class,
    has_children
from gazetteer;

create or replace temp table texts as
select
    text as id,
    text
from (select sao as text from gazetteer_parts union select name from gazetteer_parts union select street from gazetteer_parts);

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
        array_to_string(streets.words, ' ') as street_words
    from gazetteer_parts as parts
    inner join gazetteer_words as saos on parts.sao = saos.id
    inner join gazetteer_words as names on parts.name = names.id
    inner join gazetteer_words as streets on parts.street = streets.id

)

select
    worded.* exclude (has_children, sao_words, name, street, sao, name_words, street_words),
    upper(regexp_replace(worded.street, '[^A-Za-z0-9]', '', 'g')) as street_written,
    hash(worded.area, street_words, number, name_words, postcode) as building_id,
    hash(worded.area, street_words) as street_id,
    street_words as street,
    name_words as name,
    doors(sao_words).list_transform(lambda door: door.word).list_sort() as door,
    [
        sao_words[i] for i in range(1, len(sao_words) + 1)
        if not is_door(sao_words, i) and not is_unit_word(sao_words[i])
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
    min(name) as name,
    min(number) as number,
    min(from_number) as from_number,
    min(to_number) as to_number,
    min(postcode) as postcode,
    count(distinct uprn) as properties,
    case when count(distinct parent_uprn) = 1 then min(parent_uprn) end as shared_parent_uprn
from units
group by building_id;

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
    select distinct area, name, 'name', hash(area, name), postcode, replace(name, ' ', '')
    from buildings
    where name <> ''

)

select
    *,
    len(string_split(phrase, ' ')) as word_count
from every;

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
        count(distinct uprn) filter (where form <> '' or len(door_types) > 0) as flats,
        bool_or(regexp_matches(form, '(^| )[A-Z]( |$)')) as has_letters,
        bool_or(regexp_full_match(form, '[0-9]+')) as has_numbers,
        bool_or(regexp_matches(form, '~r:')) as has_rooms
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

    select described.* exclude (own, flats, has_letters, has_numbers, has_rooms, highest), f.form, f.penalty
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
        from (values ('~a'), ('~f:1'), ('~f:T'), ('~a ~u:SHOP'), ('1'), ('A'), ('~f:1 ~a')) as e (form)
        where flats = 1 and (own = '~a' or own = '~f:1' or own = '~f:T' or (own = '' and len(door_types) > 0))
        union all
        select '', 2 where flats = 1 and own in ('~u:SHOP')
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
    min(penalty) as penalty,
    min(status_rank) as status_rank
from every
group by all;

-- candidates.sql
-- From what `spans.sql` and `gazetteer.sql` made, and `suggested_spans`: `answers`, for each address the doors that it may mean, each
-- with a penalty: nought where address and gazetteer say the same, more for each thing that had to be read into it.

create or replace temp table spans as
with

every as (

    select * from exact_spans
    union all
    select * from near_spans
    union all
    select suggested_spans.*
    from suggested_spans
    anti join near_spans
        on suggested_spans.id = near_spans.id and suggested_spans.area = near_spans.area
        and suggested_spans.kind = near_spans.kind and suggested_spans.phrase_id = near_spans.phrase_id

)

select every.*
from every
where not exists (
    select 1
    from exact_spans as wider
    where wider.id = every.id and wider.area = every.area
        and wider.start <= every.start and wider.stop >= every.stop
        and wider.stop - wider.start > every.stop - every.start
);

-- How a number may be read: 12C also as door C of 12, 3/12 as door 3 of 12.
create or replace temp table readings as
with each_door as (

    select id, unnest(doors, recursive := true)
    from read_addresses

)

select each_door.id, each_door.place, each_door.is_typed, r.form, r.rest, r.penalty
from each_door
cross join lateral (
    select word as form, cast([] as varchar[]) as rest, 0 as penalty where is_number(word)
    union all
    select regexp_extract(word, '^[0-9]+'), [word[-1]], 1 where regexp_full_match(word, '[0-9]+[A-Z]')
    union all
    select word[2:], [word[1]], 2 where regexp_full_match(word, '[A-Z][0-9]+')
    union all
    -- a letter that looks like a digit
    select '1' || word[2:], [], 1 where regexp_full_match(word, '[IL][0-9]{1,2}')
    union all
    select word[:-2] || '1', [], 1 where regexp_full_match(word, '[0-9]{1,2}[IL]')
    union all
    select word[:-2] || '0', [], 1 where regexp_full_match(word, '[0-9]{1,2}O')
    union all
    select split_part(word, '/', 2), [split_part(word, '/', 1)], 0 where contains(word, '/')
    union all
    select split_part(word, '/', 1), [split_part(word, '/', 2)], 2 where contains(word, '/')
    union all
    select replace(word, '/', '-'), [], 1 where contains(word, '/') and not contains(word, '-')
    union all
    select split_part(word, '-', 2), [split_part(word, '-', 1)], 2 where contains(word, '-')
    union all
    select split_part(word, '-', 1), [], 2 where regexp_full_match(word, '[0-9]+-[0-9]+')
    union all
    select word[:-2], [word[-1]], 1 where regexp_full_match(word, '[0-9]+-[0-9]+[A-Z]')
) as r;

-- What stands between a number and its street: `18 Isambard Court, High Street` is no number 18 of the High Street.
-- Nor is `5 Msawell Park Road` in Park Road.
create or replace temp macro words_between(words, is_apart) as
    case
        when len(list_filter(words, lambda word: is_plain_word(word))) = 0 then 0
        when len(list_filter(words, lambda word: is_number(word))) > 0 then 7
        when regexp_full_match(words[1], '[A-Z]{2,}') and not is_unit_word(words[1])
            and len(list_filter(words, lambda word: is_type_word(word))) > 0
            then 7
        when not is_apart and is_plain_word(words[-1]) then 7
        else 2
    end;

create or replace temp macro names_elsewhere(before, behind, is_anyhow) as
    len(list_filter(list_concat(before, behind), lambda word: is_place_word(word))) = 0
    and (is_anyhow or len(list_filter(behind, lambda word: regexp_full_match(word, '[A-Z]{4,}') and not is_unit_word(word))) > 0);

-- Which of the streets of one name the address means, by the first town or locality behind it.
create or replace temp table said_parts as
select
    spans.id,
    street_places.street_id,
    street_places.parts
from spans
inner join street_places on spans.phrase_id = street_places.street_id
inner join grams on spans.id = grams.id and street_places.place = grams.gram
where spans.kind = 'street' and (grams.start > spans.stop or grams.start + grams.word_count <= spans.start)
qualify row_number() over (
    partition by spans.id, street_places.street_id order by grams.start < spans.stop, grams.start, grams.word_count desc
) = 1;

create or replace temp table in_buildings as
with

by_street as (

    select
        spans.id,
        buildings.building_id,
        readings.place,
        readings.rest,
        building_numbers.takes,
        spans.start, spans.stop,
        spans.penalty
        + readings.penalty
        + building_numbers.penalty
        -- the number of a flat is no building's
        + case
            when not readings.is_typed then 0
            when len(readings.rest) = 0 and regexp_full_match(readings.form, '[0-9]+') then 7
            else 3
        end
        + case
            when readings.place = spans.start - 1 then 0
            when readings.place > spans.stop then 2
            when exists (
                select 1 from readings as between_them
                where between_them.id = readings.id and between_them.place > readings.place
                    and between_them.place < spans.start and not between_them.is_typed
            ) then 3
            else 0.5
        end as penalty,
        case when readings.place < spans.start - 1 then words_between(
            -- the street's first word may be doubled
            [word for word in read_addresses.words[readings.place + 1:spans.start - 1] if word <> read_addresses.words[spans.start]],
            read_addresses.closed[spans.start - 1]
        ) else 0 end as between_penalty,
        'street' as kind
    from spans
    inner join building_numbers on spans.phrase_id = building_numbers.street_id
    inner join readings on spans.id = readings.id and building_numbers.form = readings.form
    inner join buildings on building_numbers.building_id = buildings.building_id and spans.area = buildings.area
    inner join read_addresses on spans.id = read_addresses.id
    where spans.kind = 'street'

),

by_name as (

    select
        spans.id,
        buildings.building_id,
        u.place,
        u.rest,
        cast(null as varchar) as takes,
        spans.start, spans.stop,
        spans.penalty + u.penalty as penalty,
        0 as between_penalty,
        'name' as kind
    from spans
    inner join buildings on spans.area = buildings.area and spans.phrase_id = hash(buildings.area, buildings.name)
    inner join read_addresses on spans.id = read_addresses.id
    left join spans as streets
        on spans.id = streets.id and spans.area = streets.area and streets.kind = 'street'
        and buildings.street_id = streets.phrase_id
    left join readings on spans.id = readings.id and buildings.number = readings.form and readings.penalty = 0 and not readings.is_typed
    cross join lateral (
        select readings.place as place, readings.rest as rest, 0 as penalty
        where readings.place is not null
        union all
        select null, cast([] as varchar[]), case when buildings.number = '' then 0 else 0.5 end
        -- the number that stands before the street is no door
        where not coalesce(
            is_number(read_addresses.words[streets.start - 1]) and not is_unit_word(read_addresses.words[streets.start - 2])
            and streets.start - 1 <> spans.stop,
            false
        )
        union all
        -- save where it stands right behind the name and before a comma: `Thirlmere Court (13), High Street`
        select null, cast([] as varchar[]), case when spans.stop = streets.start - 2 then 1.5 else 2 end
        where is_number(read_addresses.words[streets.start - 1])
            and (spans.stop = streets.start - 2 and read_addresses.closed[streets.start - 1] or spans.start > streets.stop)
        union all
        -- the number of a building that has none in the gazetteer
        select streets.start - 1, cast([] as varchar[]), 2.5
        where is_number(read_addresses.words[streets.start - 1]) and buildings.number = ''
            and (spans.stop = streets.start - 2 or spans.start > streets.stop)
    ) as u
    where spans.kind = 'name'

),

both_ways as (select * from by_street union all select * from by_name),

named as (

    select
        id,
        list(phrase_id) as phrase_ids,
        list(phrase_id) filter (kind = 'street' and penalty = 0) as street_ids,
        list({'phrase_id': phrase_id, 'start': start}) filter (kind = 'name') as names
    from spans
    group by id

),

named_streets as (

    select spans.id, list(distinct buildings.street_id) as street_ids
    from spans
    inner join buildings on spans.area = buildings.area and spans.phrase_id = hash(buildings.area, buildings.name)
    inner join read_addresses on spans.id = read_addresses.id
    inner join address_areas on spans.id = address_areas.id and spans.area = address_areas.area
    where spans.kind = 'name' and spans.penalty < 1 and spans.stop > spans.start
        and address_areas.at_postcode in ('', buildings.postcode)
    group by spans.id

),

placed as (

    select
        both_ways.*,
        coalesce(list_contains(named_streets.street_ids, buildings.street_id), false) as has_named_neighbour,
        buildings.area,
        buildings.street_id,
        buildings.part,
        buildings.name,
        buildings.postcode as building_postcode,
        address_areas.at_postcode = '' and not coalesce(list_contains(said_parts.parts, buildings.part), true) as is_other_part,
        street_outwards.outward is not null
        and street_outwards.outward <> split_part(buildings.postcode, ' ', 1) as is_other_outward,
        -- behind the street a place that is not here, and a postcode that is not either
        case
            when read_addresses.is_foreign
                and coalesce(damerau_levenshtein(read_addresses.postcode, buildings.postcode) > 1, true)
                then names_elsewhere(
                    read_addresses.words[:both_ways.start - 1],
                    read_addresses.words[both_ways.stop + 1:],
                    read_addresses.is_anywhere and read_addresses.postcode is not null
                )
            else false
        end as is_elsewhere,
        list_contains(named.phrase_ids, buildings.street_id) as has_street,
        coalesce(len(named.street_ids) > 0, false) as has_other_street,
        -- the number before the name of a building is a door's, rather than the building's
        coalesce(
            list_contains(named.names, {'phrase_id': hash(buildings.area, buildings.name), 'start': both_ways.place + 1}), false
        ) as is_before_name,
        buildings.name <> '' and list_contains(named.phrase_ids, hash(buildings.area, buildings.name)) as has_name,
        read_addresses.postcode
    from both_ways
    inner join buildings on both_ways.building_id = buildings.building_id
    inner join named on both_ways.id = named.id
    inner join read_addresses on both_ways.id = read_addresses.id
    left join named_streets on both_ways.id = named_streets.id
    left join said_parts on both_ways.id = said_parts.id and buildings.street_id = said_parts.street_id
    left join street_outwards
        on buildings.street_id = street_outwards.street_id and split_part(read_addresses.postcode, ' ', 1) = street_outwards.outward
    inner join address_areas on both_ways.id = address_areas.id and buildings.area = address_areas.area
    where address_areas.at_postcode in ('', buildings.postcode)

),

penalised as (

    select
        *,
        penalty
        + case when is_before_name then 1.5 else 0 end
        + case when has_name then 0 else between_penalty end
        + case when is_other_part then 6 else 0 end
        + case when is_other_outward then 3 else 0 end
        + case when is_elsewhere then 7 else 0 end
        + case
            when postcode = building_postcode then 0
            when postcode is null then 1
            when postcode[:-3] = building_postcode[:-3] and damerau_levenshtein(postcode, building_postcode) <= 1 then 1.5
            when postcode[:-3] = building_postcode[:-3] then 2
            when split_part(postcode, ' ', 1) = split_part(building_postcode, ' ', 1) then 3
            else 3.5
        end
        + case
            when kind = 'street' or has_street then 0
            when has_other_street then 4
            when postcode = building_postcode then 1
            else 4
        end as total
    from placed

),

-- A building that the address names is meant, not another one of the same number.
best_of_building as (

    select *
    from penalised
    qualify row_number() over (partition by id, building_id, rest, takes, place is null order by total, kind, place nulls last, start) = 1

)

select
    *,
    not has_name
    and (has_named_neighbour or coalesce(max(has_name) over (partition by id, postcode = building_postcode or has_street), false))
        as is_not_named
from best_of_building;

create or replace temp table rests as
with

raw as (

    select
        in_buildings.* exclude (rest),
        read_addresses.words,
        list_concat(
            [{'word': word, 'is_typed': true} for word in rest],
            [
                {'word': door.word, 'is_typed': door.is_typed} for door in read_addresses.doors
                if door.place is distinct from in_buildings.place and not door.place between in_buildings.start and in_buildings.stop
            ]
        ) as doors,
        read_addresses.doors.list_filter(lambda door: door.place = in_buildings.place)[1].word as number_word,
        read_addresses.words.list_filter(lambda word: is_unit_word(word)) as types
    from in_buildings
    inner join read_addresses on in_buildings.id = read_addresses.id

),

worded as (

    select
        raw.* exclude (doors, number_word),
        list_sort([door.word for door in doors if takes is null or door.word <> takes]) as doors,
        coalesce(list_bool_or([door.is_typed for door in doors]), false) as has_typed,
        list_sort([door.word for door in doors if door.is_typed or regexp_matches(door.word, '^~[rbu]')]) as typed_doors,
        -- the building's number said again
        list_sort([door.word for door in doors if door.is_typed or door.word is distinct from number_word]) as other_doors
    from raw
    where takes is null or list_contains([door.word for door in doors], takes)

)

select
    worded.*,
    array_to_string(r.form, ' ') as form,
    r.form_penalty
from worded
cross join lateral (
    select doors as form, 0 as form_penalty
    union all
    -- the flat or the maisonette, without more
    select [if(list_contains(types, 'MAIS'), '~mais', '~flat')], 0
    where len(doors) = 0 and takes is null and list_has_any(types, ['FLAT', 'MAIS'])
    union all
    select list_filter(doors, lambda word: not regexp_matches(word, '^~[fpa]')), 1
    where list_bool_or(list_transform(doors, lambda word: regexp_matches(word, '^~[fpa]')))
        and (takes is not null or list_bool_or(list_transform(doors, lambda word: not regexp_matches(word, '^~[fpa]'))))
    union all
    select list_filter(doors, lambda word: word <> '~u:SHOP'), 2
    where list_contains(doors, '~u:SHOP') and takes is null
    union all
    select list_filter(doors, lambda word: word[1] = '~'), 3
    where list_bool_or(list_transform(doors, lambda word: word[1] = '~'))
        and list_bool_or(list_transform(doors, lambda word: word[1] <> '~')) and not has_typed
    union all
    select list_sort(list_distinct(doors)), 1
    where len(list_distinct(doors)) < len(doors) and takes is null
    union all
    select list_sort(list_distinct(other_doors)), 1
    where len(other_doors) < len(doors) and takes is null
    union all
    -- a number that stands about loose, where another one is called a flat's
    select list_sort(list_distinct(typed_doors)), 2
    where has_typed and len(typed_doors) < len(doors) and takes is null
) as r;

create or replace temp table answers as
with

met as (

    select
        rests.id,
        unit_keys.uprn,
        rests.building_id,
        unit_keys.is_shell,
        rests.area,
        rests.total
        + rests.form_penalty
        + unit_keys.penalty
        + case when unit_keys.status_rank > 0 then 0.25 * unit_keys.status_rank else 0 end
        + case when rests.is_not_named then 3 else 0 end
        + case
            when unit_keys.form <> '' or len(unit_keys.door_types) > 0 or len(rests.types) = 0 then 0
            -- a flat is no shop
            when unit_keys.is_commercial and list_has_any(rests.types, ['FLAT', 'MAIS']) then 7
            else 3
        end
        + case when len(unit_keys.door_words) > 0
            then case when list_has_all(rests.words, unit_keys.door_words) then -0.5 else 4 end else 0 end as penalty
    from rests
    inner join unit_keys on rests.building_id = unit_keys.building_id and rests.form = unit_keys.form

)

select id, area, uprn, min(penalty) as penalty, arg_min(building_id, penalty) as building_id, arg_min(is_shell, penalty) as is_shell
from met
group by id, area, uprn;

-- likely.sql
-- From `likely (id, area, uprn, weight)`, what the library proposes: `suggested_spans`, the streets and buildings of its candidates where
-- the address has words that resemble them. Whether number and door agree is looked at as for all others.
create or replace temp table suggested_spans as
with

candidates as (

    select distinct likely.id, units.area, units.street_id, units.name, units.street
    from likely
    inner join units on likely.area = units.area and likely.uprn = units.uprn
    inner join address_areas on likely.id = address_areas.id and likely.area = address_areas.area
    where likely.weight >= 4 and address_areas.at_postcode in ('', units.postcode)

),

names as (

    select id, area, 'street' as kind, street_id as phrase_id, street as phrase
    from candidates
    where street <> ''
    union
    select id, area, 'name', hash(area, name), name
    from candidates
    where name <> ''

),

alike as (

    select
        names.*,
        grams.start,
        grams.start + grams.word_count - 1 as stop,
        damerau_levenshtein(replace(grams.gram, ' ', ''), replace(names.phrase, ' ', '')) as distance
    from names
    inner join grams on names.id = grams.id
    where grams.word_count <= len(string_split(names.phrase, ' ')) + 1
        and regexp_matches(grams.gram, '^[A-Z]{2}') and regexp_matches(grams.gram, '[A-Z]{4}')
        and not is_other_type(grams.gram, names.phrase)
        and grams.word_count >= len(string_split(names.phrase, ' '))
        and abs(len(replace(grams.gram, ' ', '')) - len(replace(names.phrase, ' ', ''))) <= 2

)

select alike.id, alike.area, kind, phrase_id, alike.start, alike.stop, 3 as penalty
from alike
left join taken_spans on alike.id = taken_spans.id and alike.area = taken_spans.area
where not is_taken(taken_spans.places, alike.start, alike.stop)
    and distance <= len(phrase) / 4 and distance <= 4
qualify row_number() over (partition by alike.id, alike.area, kind, phrase_id order by distance, start, stop) = 1;

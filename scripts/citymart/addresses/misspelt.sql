-- misspelt.sql
-- For addresses without an answer: `suggested_spans`, the streets and buildings of the area that are spelt almost so, wherever the
-- postcode says they are. Two words that are alike but for a letter or two have a form in common from which one letter is left out.
create or replace temp table suggested_spans as
with

names_of_areas as (

    select area, phrase, kind, phrase_id, written
    from names
    where at_postcode = '' and area in (select area from address_areas)

),

forms as (

    select distinct area, kind, phrase_id, phrase, spelling
    from (
        select *, unnest([replace(phrase, ' ', ''), replace(written, ' ', '')]) as spelling
        from names_of_areas
    ) as spelt
    where len(spelling) between 6 and 40

),

written as (

    select
        grams.id,
        address_areas.area,
        address_areas.at_postcode,
        grams.start,
        grams.start + grams.word_count - 1 as stop,
        grams.gram,
        replace(grams.gram, ' ', '') as spelling
    from grams
    inner join address_areas on grams.id = address_areas.id
    where grams.word_count <= 5 and len(spelling) between 6 and 40
        and regexp_matches(grams.gram, '^[A-Z]{2}') and regexp_matches(spelling, '^[A-Z]{5}')

),

form_keys as (

    select distinct area, kind, phrase_id, phrase, spelling, unnest(letters_left_out(spelling)) as key
    from forms

),

written_keys as (

    select *, unnest(letters_left_out(spelling)) as key
    from written

),

alike as (

    select distinct
        written_keys.* exclude (key),
        form_keys.kind,
        form_keys.phrase_id,
        damerau_levenshtein(written_keys.spelling, form_keys.spelling) as distance
    from written_keys
    inner join form_keys on written_keys.area = form_keys.area and written_keys.key = form_keys.key
    -- elsewhere it is the name of something at the address's postcode
    semi join names
        on written_keys.area = names.area and written_keys.at_postcode = names.at_postcode and form_keys.phrase_id = names.phrase_id
    -- a name without its type is not the one whose type is the shortest
    where not is_other_type(written_keys.gram, form_keys.phrase)
        and not exists (
            select 1 from names_of_areas as other
            where other.area = form_keys.area and other.phrase_id <> form_keys.phrase_id
                and starts_with(form_keys.phrase, written_keys.gram || ' ') and starts_with(other.phrase, written_keys.gram || ' ')
        )

)

select alike.id, alike.area, kind, phrase_id, alike.start, alike.stop, 1 + greatest(distance, 1) as penalty
from alike
left join taken_spans on alike.id = taken_spans.id and alike.area = taken_spans.area
where not is_taken(taken_spans.places, alike.start, alike.stop)
    and distance <= 2
qualify row_number() over (partition by alike.id, alike.area, kind, phrase_id order by distance, start, stop) = 1;

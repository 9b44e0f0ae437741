-- spans.sql
-- From `addresses (id, area, address, postcode)`: `read_addresses`, their words; `address_areas`, where they are looked for;
-- `exact_spans` and `near_spans`, the words that name a street or building there. A span is from word `start` to word `stop`.

-- A postcode in the address is taken out, also one with a letter O, cut or without its second half.
create or replace temp table address_texts as
with

without_whole as (

    select
        id,
        area,
        coalesce(nullif(postcode_of(postcode), ''), nullif(postcode_of(address), '')) as postcode,
        address
            .regexp_replace('(?i)\b([A-Z])(?:\.([A-Z]))?\.([0-9]{1,2}[A-Z]?)\b', '\1\2\3')
            .regexp_replace('(?i)\b([A-Z]{2})\.([0-9]{1,2}[A-Z]?)\b', '\1\2')
            .without_postcode() as text
    from addresses

),

ended as (

    select
        *,
        regexp_extract(text, '(?i)[ ,]([A-Z]{1,2}[0-9][0-9A-Z]?)( [0-9][A-Z]?)?[ ,.]*$', 0) as ending
    from without_whole

)

select
    id,
    area,
    postcode,
    case
        when ending <> '' and upper(regexp_extract(ending, '(?i)[A-Z]{1,2}[0-9][0-9A-Z]?')) in (select outward from outward_codes)
            and not regexp_matches(text[:len(text) - len(ending)], '(?i)(flat|unit|room|apartment|block|no\.?)\s*$')
            then text[:len(text) - len(ending)]
        else text
    end as text
from ended;

create or replace temp table texts as
select id, text from address_texts;

-- tokens

-- Where an address is looked for: in its own area (`at_postcode` is empty), and at its postcode wherever that lies.
create or replace temp table address_areas as
select id, area, '' as at_postcode
from address_texts
where area is not null
union all
select address_texts.id, postcode_areas.area, address_texts.postcode
from address_texts
inner join postcode_areas on address_texts.postcode = postcode_areas.postcode
where postcode_areas.area is distinct from address_texts.area
union all
select address_texts.id, every_area.area, ''
from address_texts
cross join (select distinct area from buildings) as every_area
where address_texts.area is null and coalesce(address_texts.postcode not in (select postcode from postcode_areas), true);

create or replace temp table read_addresses as
select
    tokens.id,
    tokens.words,
    tokens.closed,
    doors(tokens.words, tokens.closed) as doors,
    address_texts.postcode,
    address_texts.area is null as is_anywhere,
    -- no area has that postal district, or nothing tells the area
    coalesce(
        split_part(address_texts.postcode, ' ', 1) not in (select outward from outward_codes), address_texts.area is null
    ) as is_foreign
from tokens
inner join address_texts on tokens.id = address_texts.id;

create or replace temp table grams as
with

starts as (

    select id, words, unnest(range(1, least(len(words), 30) + 1)) as start
    from read_addresses

),

every as (

    select id, start, unnest(range(1, least(7, len(words) - start + 1) + 1)) as word_count, words
    from starts

)

select
    id,
    start,
    word_count,
    array_to_string(words[start:start + word_count - 1], ' ') as gram,
    words[start - 1] as before,
    case when word_count <= 5 and gram[1] between 'A' and 'Z' and len(gram) >= 8 then replace(gram, ' ', '') end as joined
from every;

create or replace temp table exact_spans as
with

-- At hand before the names are looked up, or all names of an area would stand beside all its addresses.
placed as materialized (

    select grams.*, address_areas.area, address_areas.at_postcode
    from grams
    inner join address_areas on grams.id = address_areas.id

)

select
    placed.id,
    placed.area,
    names.kind,
    names.phrase_id,
    placed.start,
    placed.start + placed.word_count - 1 as stop,
    0 as penalty
from placed
inner join names on placed.area = names.area and placed.at_postcode = names.at_postcode and placed.gram = names.phrase
union
select
    placed.id,
    placed.area,
    joined_names.kind,
    joined_names.phrase_id,
    placed.start,
    placed.start + placed.word_count - 1 as stop,
    0.5 as penalty
from placed
inner join joined_names
    on placed.area = joined_names.area and placed.at_postcode = joined_names.at_postcode and placed.joined = joined_names.joined
where placed.gram <> joined_names.phrase;

-- Names of several words that are spelt right: their words are no other name misspelt.
create or replace temp table taken_spans as
select id, area, list({'start': start, 'stop': stop}) as places
from exact_spans
where stop > start
group by id, area;

create or replace temp macro is_taken(places, start, stop) as coalesce(list_bool_or([
    place.start <= stop and place.stop >= start and not (start <= place.start and stop >= place.stop) for place in places
]), false);

-- A name misspelt or without its last word, where the postcode says which it can be.
create or replace temp table near_spans as
with

wanted as (

    select
        read_addresses.id,
        phrases.area,
        phrases.kind,
        phrases.phrase_id,
        phrases.phrase,
        phrases.word_count
    from read_addresses
    inner join phrases on read_addresses.postcode = phrases.postcode
    where (read_addresses.id, phrases.area, phrases.phrase_id) not in (select (id, area, phrase_id) from exact_spans)

),

measured as (

    select
        wanted.*,
        grams.start,
        grams.start + grams.word_count - 1 as stop,
        grams.gram,
        case
            when wanted.word_count = grams.word_count + 1 and starts_with(wanted.phrase, grams.gram || ' ')
                then case when is_number(grams.before) then 2 end
            when len(grams.gram) >= 4 and abs(len(grams.gram) - len(wanted.phrase)) <= 3
                then damerau_levenshtein(grams.gram, wanted.phrase)
        end as distance
    from wanted
    inner join grams
        on wanted.id = grams.id
        and grams.word_count between wanted.word_count - 1 and wanted.word_count + 1
    where regexp_matches(grams.gram, '^[A-Z]') and regexp_matches(grams.gram, '[A-Z]{3}')
        and not (grams.word_count >= wanted.word_count and is_other_type(grams.gram, wanted.phrase))

),

alike as (

    select *
    from measured
    where distance <= case when len(phrase) < 6 then 1 when len(phrase) < 10 then 2 else 3 end

),

nearest as (

    select
        alike.*,
        row_number() over (
            partition by alike.id, kind, phrase_id order by distance, abs(len(gram) - len(phrase)), alike.start desc
        ) as place
    from alike
    left join taken_spans on alike.id = taken_spans.id and alike.area = taken_spans.area
    where not is_taken(taken_spans.places, alike.start, alike.stop)

)

select
    id, area, kind, phrase_id, start, stop,
    case when distance <= 1 then 1 else 2 end as penalty
from nearest
where place = 1
    -- unit 5 is no unit 7
    and regexp_replace(gram, '[^0-9]', '', 'g') = regexp_replace(phrase, '[^0-9]', '', 'g');

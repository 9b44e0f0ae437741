-- tokens.sql
-- The words of each text in `texts (id, text)`, spelt one way: `tokens (id, words)`. What tells one door from the next becomes
-- a code: `~f:1` a floor, `~p:REAR` a side, `~r:4` a room, `~b:B` a block, `~u:SHOP` a use, `~a` above something.
create or replace temp table tokens as
with

plain as (

    -- An address of ten thousand letters is none; its first five hundred are looked at.
    select
        id,
        upper(strip_accents(regexp_replace(left(coalesce(text, ''), 500), '([a-z]{3})([A-Z][a-z])', '\1 \2', 'g'))) as t
    from texts

),

punctuated as (

    select
        id,
        t
            .regexp_replace('[''`’‘´"]|@', '', 'g')
            .regexp_replace('[\r\n\t;|()\[\]:]+', ' , ', 'g')
            .regexp_replace('\b([A-Z])\.', '\1', 'g')
            .regexp_replace('[.#*_]+', ' ', 'g')
            .regexp_replace('&|\+', ' AND ', 'g') as t
    from plain

),

-- care of somebody, a title and initials: who, not where
of_somebody as (

    select
        id,
        t
            .regexp_replace('\bC ?/ ?O\b|\bCARE OF\b|\bFAO\b|\bATTN\b', ' , ', 'g')
            .regexp_replace('\b(MR|MRS|MS|MISS|MX|REV)\b(?: (?:AND )?(?:MR|MRS|MS|MISS))?(?: [A-Z]\b)*', ' ', 'g') as t
    from punctuated

),

slashed as (

    select
        id,
        t
            .regexp_replace('\bR ?/ ?O\b', ' REAR OF ', 'g')
            .regexp_replace('\b([1-9]) ?/ ?F\b', ' \1 FLOOR ', 'g')
            .regexp_replace('\b([LBGTFS]) ?/ ?([GF]) ?/? ?(F?)\b', ' \1\2\3 ', 'g')
            .regexp_replace('\b([A-Z]) ?/ ?([0-9]+[A-Z]?)\b', ' \1 \2 ', 'g')
            .regexp_replace('\b([0-9]+) ?/ ?([A-Z])\b', ' \2 \1 ', 'g') as t
    from of_somebody

),

ranged as (

    select
        id,
        t
            .regexp_replace('\b([0-9]+[A-Z]?) *(?:-|–|—|\bTO\b|\bAND\b) *([0-9]+[A-Z]?)\b', '\1-\2', 'g')
            .regexp_replace('\b([0-9]+[A-Z]?) ?/ ?([0-9]+[A-Z]?)\b', '\1/\2', 'g')
            .regexp_replace('\b(FLAT|FLT|APT|APARTMENT|UNIT|ROOM|RM|NO|STUDIO|BLOCK|F)([0-9]+[A-Z]?)\b', ' \1 \2 ', 'g')
            .regexp_replace('\bF ([0-9]+[A-Z]?)\b', 'FLAT \1', 'g') as t
    from slashed

),

apart as (

    select
        id,
        t
            .regexp_replace(',', ' , ', 'g')
            .regexp_replace('([A-Z])-|-([A-Z])|[^A-Z0-9/,~-]', '\1 \2', 'g')
            .regexp_replace('([^0-9A-Z])[-/]|[-/]([^0-9A-Z]|$)', '\1 \2', 'g') as t
    from ranged

),

spelt as (

    select
        each.id,
        ' ' || string_agg(coalesce(address_words.means, each.word), ' ' order by each.place) || ' ' as t
    from (
        select
            id,
            unnest(words) as word,
            generate_subscripts(words, 1) as place
        from (select id, string_split_regex(trim(t), ' +') as words from apart) as parted
    ) as each
    left join address_words on each.word = address_words.written
    group by each.id

),

floors as (

    select
        id,
        t
            .regexp_replace(' NUMBER ', ' ', 'g')
            .regexp_replace(' {2,}', ' ', 'g')
            .regexp_replace(' LWR GROUND( FLOOR)? ', ' ~f:LG ', 'g')
            .regexp_replace(' UPR GROUND( FLOOR)? ', ' ~f:UG ', 'g')
            .regexp_replace(' GROUND FLOOR | GROUND (FLAT|UNIT|ROOM) ', ' ~f:G \1 ', 'g')
            .regexp_replace(' BASEMENT( FLOOR)? ', ' ~f:B ', 'g')
            .regexp_replace(' TOP FLOOR | TOP (FLAT|UNIT|ROOM) ', ' ~f:T \1 ', 'g')
            .regexp_replace(' ([0-9])(?:ST|ND|RD|TH)?(?: AND [0-9](?:ST|ND|RD|TH))? FLOOR ', ' ~f:\1 ', 'g')
            .regexp_replace(' FLOOR ([0-9]) ', ' ~f:\1 ', 'g')
            .regexp_replace(' (FLAT|UNIT) GROUND ', ' \1 ~f:G ', 'g') as t
    from spelt

),

codes as (

    select
        id,
        t
            .regexp_replace(' GARDEN (FLOOR )?FLAT ', ' ~f:GD FLAT ', 'g')
            .regexp_replace(' ABOVE( SHOP| PREMISES)? ', ' ~a ', 'g')
            .regexp_replace(' ROOM ([0-9]+[A-Z]?|[A-Z]|[A-Z][0-9]+) ', ' ~r:\1 ', 'g')
            .regexp_replace(' BLOCK ([0-9]+|[A-Z]|[A-Z][0-9]+) ', ' ~b:\1 ', 'g')
            .regexp_replace(' ([0-9]+) ([A-Z]) ', ' \1\2 ', 'g')
            .regexp_replace(' (SHOP|GARAGE|LAND|ADJACENT|ANNEXE) ', ' ~u:\1 ', 'g')
            .regexp_replace(' (FRONT|REAR|LEFT|RIGHT|MIDDLE)( HAND)?( SIDE)? ', ' ~p:\1 ', 'g')
            .regexp_replace(' 0+([1-9])', ' \1', 'g') as t
    from floors

)

select
    id,
    list_filter(string_split(trim(t), ' '), lambda word: word not in (',', '', '-', '/')) as words
from codes;

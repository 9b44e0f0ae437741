-- tokens.sql
-- The words of each text in `texts (id, text)`, spelt one way: `tokens (id, words, closed)`; `closed` tells behind which there is a
-- comma. What tells one door from the next becomes a code: `~f:1` a floor, `~p:REAR` a side, `~r:4` a room, `~b:B` a block,
-- `~u:SHOP` a use, `~a` above something.
create or replace temp table tokens as
with

plain as (

    -- An address of ten thousand letters is none; its first five hundred are looked at.
    select
        id,
        left(coalesce(text, ''), 500)
            .regexp_replace('\\[rnt]|<br ?/?>', ' , ', 'g')
            .regexp_replace('([a-z]{3})([A-Z][a-z])', '\1 \2', 'g')
            .strip_accents().upper() as t
    from texts

),

-- dates, references, telephone numbers, the count of bedrooms and headings: no numbers of doors
about as (

    select
        id,
        t
            .regexp_replace(
                '\b[0-9]{1,2}(/[0-9]{1,2}/|\.[0-9]{1,2}\.|-[0-9]{1,2}-(19|20))(19|20)?[0-9]{2}\b'
                || '|\b[0-9]{2,4}/(0[0-9]{2,}|[0-9]{5,})\b|\b[A-Z]{0,4}[0-9]{5,}\b|\b0[0-9]{2,4} [0-9 ]{6,}'
                || '|\b(SINCE|FROM|UNTIL) +(19|20)[0-9]{2}\b|\b(SITE|PROPERTY|POSTAL|FULL|HOME) ADDRESS\b',
                ' , ', 'g'
            )
            .regexp_replace('\b[0-9]+[ -]?BED(ROOM(ED)?)? (FLAT|HOUSE|MAISONETTE|APARTMENT|BUNGALOW|PROPERTY|STUDIO)\b', '\3 , ', 'g')
            .regexp_replace('^ *[0-9]{1,2}\) ', '', 'g') as t
    from plain

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
    from about

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
            .regexp_replace('\bO ?/ ?S\b|\bNEXT TO\b', ' OUTSIDE ', 'g')
            .regexp_replace('\b([0-9](?:ST|ND|RD|TH)|[A-Z]{3,}) ?/ ?([0-9](?:ST|ND|RD|TH)|[A-Z]{3,})\b', '\1 AND \2', 'g')
            .regexp_replace('\b([0-9]+(?:ST|ND|RD|TH)?)([A-Z]{3,})', '\1 \2', 'g')
            .regexp_replace('\b([0-9]+)O([0-9]+)\b', '\10\2', 'g')
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
            .regexp_replace('\b(FLAT|FLT|FL|APT|APARTMENT|UNIT|ROOM|RM|NO|STUDIO|BLOCK|F)([0-9]+[A-Z]?)\b', ' \1 \2 ', 'g')
            .regexp_replace('\b(FLAT|FLT|APT)([A-RT-Z])\b', ' \1 \2 ', 'g')
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
        ' ' || string_agg(coalesce(if(kind = 'use', '~u:', '') || means, each.word), ' ' order by each.place) || ' ' as t
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
            .regexp_replace(' ([2-9])0\+ ([1-9]) ', ' \1\2 ', 'g')
            .replace('0+ ', '0 ')
            .regexp_replace(' ([0-9](?:ST|ND|RD|TH)|GROUND|BASEMENT|TOP|LWR|UPR|LG) FL ', ' \1 FLOOR ', 'g')
            .regexp_replace(' FL ', ' FLAT ', 'g')
            .regexp_replace('(^| ,| [0-9]+[A-Z]?) GDNS FLAT ', '\1 GARDEN FLAT ', 'g')
            .regexp_replace(' FLAT , GARDEN , ', ' GARDEN FLAT , ', 'g')
            .regexp_replace(' UPR FLOOR ', ' ~f:U ', 'g')
            .regexp_replace(' LG (FLAT|MAIS|UNIT|FLOOR|,)', ' LWR GROUND \1', 'g')
            .regexp_replace(' LWR GROUND( FLOOR)? ', ' ~f:LG ', 'g')
            .regexp_replace(' UPR GROUND( FLOOR)? ', ' ~f:UG ', 'g')
            .regexp_replace(' GROUND FLOOR | GROUND (FLAT|UNIT|ROOM) ', ' ~f:G \1 ', 'g')
            .regexp_replace(' BASEMENT( FLOOR)? ', ' ~f:B ', 'g')
            .regexp_replace(' TOP FLOOR | TOP (FLAT|MAIS|UNIT|ROOM) ', ' ~f:T \1 ', 'g')
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
            .regexp_replace(' ABOVE( ~u:SHOP| PREMISES)?( AT)? ', ' ~a ', 'g')
            .regexp_replace(' ROOM ([0-9]+[A-Z]?|[A-Z]|[A-Z][0-9]+) ', ' ~r:\1 ', 'g')
            .regexp_replace(' BLOCK ([0-9]+|[A-Z]|[A-Z][0-9]+) ', ' ~b:\1 ', 'g')
            .regexp_replace(' ([0-9]+) ([A-Z]) ', ' \1\2 ', 'g')
            .regexp_replace(' (CAR|VEHICLE) PK ', ' ~u:PARKING ', 'g')
            .regexp_replace(' SUB STATION ', ' ~u:SUBSTATION ', 'g')
            .regexp_replace(' (PHONE|CALL|TELEPHONE) BOX ', ' ~u:KIOSK ', 'g')
            -- a store with a number or for something is none that sells
            .regexp_replace(' ~u:STORE ([0-9]+|ROOM|CUPBOARD) | (BIN|CYCLE|BIKE|PRAM) ~u:STORE ', ' ~u:STORAGE \1 ', 'g')
            .replace('~u:STORE ', '~u:SHOP ')
            -- beside something that stands behind the address: a note
            .regexp_replace('( [0-9].*) ~u:ADJACENT ([^0-9]*)$', '\1 , \2')
            .regexp_replace(' (FRONT|REAR|LEFT|RIGHT|MIDDLE)( HAND)?( SIDE)? ', ' ~p:\1 ', 'g')
            .regexp_replace(' 0+([1-9])', ' \1', 'g') as t
    from floors

),

parted as (

    select
        id,
        list_filter(
            string_split(regexp_replace(trim(t), '( ,)+', ',', 'g'), ' '), lambda word: word not in (',', '', '-', '/', '-,', '/,')
        ) as words
    from codes

)

select
    id,
    list_transform(words, lambda word: rtrim(word, ',')) as words,
    list_transform(words, lambda word: ends_with(word, ',')) as closed
from parted;

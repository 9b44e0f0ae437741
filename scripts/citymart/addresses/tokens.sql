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

    select id, regexp_replace(t, '[\r\n\t;|()\[\]:]+', ' , ', 'g') as t
    from (select id, regexp_replace(t, '[''`’‘´"]|@', '', 'g') as t from plain)

),

undotted as (

    select
        id,
        regexp_replace(regexp_replace(regexp_replace(t, '\b([A-Z])\.', '\1', 'g'), '[.#*_]+', ' ', 'g'), '&|\+', ' AND ', 'g') as t
    from punctuated

),

-- care of somebody, a title and initials: who, not where
of_somebody as (

    select
        id,
        regexp_replace(
            regexp_replace(t, '\bC ?/ ?O\b|\bCARE OF\b|\bFAO\b|\bATTN\b', ' , ', 'g'),
            '\b(MR|MRS|MS|MISS|MX|REV)\b(?: (?:AND )?(?:MR|MRS|MS|MISS))?(?: [A-Z]\b)*', ' ', 'g'
        ) as t
    from undotted

),

slashed as (

    select
        id,
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(regexp_replace(t, '\bR ?/ ?O\b', ' REAR OF ', 'g'), '\b([1-9]) ?/ ?F\b', ' \1 FLOOR ', 'g'),
                    '\b([LBGTFS]) ?/ ?([GF]) ?/? ?(F?)\b', ' \1\2\3 ', 'g'
                ),
                '\b([A-Z]) ?/ ?([0-9]+[A-Z]?)\b', ' \1 \2 ', 'g'
            ),
            '\b([0-9]+) ?/ ?([A-Z])\b', ' \2 \1 ', 'g'
        ) as t
    from of_somebody

),

ranged as (

    select
        id,
        regexp_replace(
            regexp_replace(
                regexp_replace(t, '\b([0-9]+[A-Z]?) *(?:-|–|—|\bTO\b|\bAND\b) *([0-9]+[A-Z]?)\b', '\1-\2', 'g'),
                '\b([0-9]+[A-Z]?) ?/ ?([0-9]+[A-Z]?)\b', '\1/\2', 'g'
            ),
            '\b(FLAT|FLT|APT|APARTMENT|UNIT|ROOM|RM|NO|STUDIO|BLOCK|F)([0-9]+[A-Z]?)\b', ' \1 \2 ', 'g'
        ) as t
    from slashed

),

apart as (

    select
        id,
        string_split_regex(
            trim(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(regexp_replace(t, '\bF ([0-9]+[A-Z]?)\b', 'FLAT \1', 'g'), ',', ' , ', 'g'),
                        '([A-Z])-|-([A-Z])|[^A-Z0-9/,~-]', '\1 \2', 'g'
                    ),
                    '([^0-9A-Z])[-/]|[-/]([^0-9A-Z]|$)', '\1 \2', 'g'
                )
            ),
            ' +'
        ) as words
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
        from apart
    ) as each
    left join address_words on each.word = address_words.written
    group by each.id

),

single as (

    select id, regexp_replace(regexp_replace(t, ' NUMBER ', ' ', 'g'), ' {2,}', ' ', 'g') as t
    from spelt

),

floors as (

    select
        id,
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                regexp_replace(
                                    regexp_replace(t, ' LWR GROUND( FLOOR)? ', ' ~f:LG ', 'g'),
                                    ' UPR GROUND( FLOOR)? ', ' ~f:UG ', 'g'
                                ),
                                ' GROUND FLOOR | GROUND (FLAT|UNIT|ROOM) ', ' ~f:G \1 ', 'g'
                            ),
                            ' BASEMENT( FLOOR)? ', ' ~f:B ', 'g'
                        ),
                        ' TOP FLOOR | TOP (FLAT|UNIT|ROOM) ', ' ~f:T \1 ', 'g'
                    ),
                    ' ([0-9])(?:ST|ND|RD|TH)?(?: AND [0-9](?:ST|ND|RD|TH))? FLOOR ', ' ~f:\1 ', 'g'
                ),
                ' FLOOR ([0-9]) ', ' ~f:\1 ', 'g'
            ),
            ' (FLAT|UNIT) GROUND ', ' \1 ~f:G ', 'g'
        ) as t
    from single

),

codes as (

    select
        id,
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                regexp_replace(
                                    regexp_replace(t, ' GARDEN (FLOOR )?FLAT ', ' ~f:GD FLAT ', 'g'),
                                    ' ABOVE( SHOP| PREMISES)? ', ' ~a ', 'g'
                                ),
                                ' ROOM ([0-9]+[A-Z]?|[A-Z]|[A-Z][0-9]+) ', ' ~r:\1 ', 'g'
                            ),
                            ' BLOCK ([0-9]+|[A-Z]|[A-Z][0-9]+) ', ' ~b:\1 ', 'g'
                        ),
                        ' ([0-9]+) ([A-Z]) ', ' \1\2 ', 'g'
                    ),
                    ' (SHOP|GARAGE|LAND|ADJACENT|ANNEXE) ', ' ~u:\1 ', 'g'
                ),
                ' (FRONT|REAR|LEFT|RIGHT|MIDDLE)( HAND)?( SIDE)? ', ' ~p:\1 ', 'g'
            ),
            ' 0+([1-9])', ' \1', 'g'
        ) as t
    from floors

)

select
    id,
    list_filter(string_split(trim(t), ' '), lambda word: word not in (',', '', '-', '/')) as words
from codes;

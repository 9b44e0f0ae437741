-- macros.sql
-- A door's own words: numbers, codes, and a letter that stands by a number or behind a word such as flat.
create or replace temp table type_words as
select distinct means
from address_words
where kind in ('street', 'name');

set variable type_words = (select list(means) from type_words);
set variable place_words = [];
create or replace temp macro is_type_word(word) as list_contains(getvariable('type_words'), word);
create or replace temp macro is_place_word(word) as list_contains(getvariable('place_words'), word);
create or replace temp macro is_number(word) as regexp_full_match(word, '[0-9]+[A-Z]?([-/][0-9]+[A-Z]?){0,2}');
create or replace temp macro is_unit_word(word) as coalesce(word in ('FLAT', 'MAIS', 'UNIT', 'STUDIO', 'PLOT', 'ROOM', 'BLOCK'), false);
create or replace temp macro is_plain_word(word) as
    regexp_full_match(word, '[A-Z]{2,}') and not is_unit_word(word) and not is_place_word(word)
    and word not in ('AND', 'AT', 'BY', 'IN', 'OF', 'ON', 'TO');
create or replace temp macro is_door(words, i) as
    is_number(words[i])
    or words[i][1] = '~'
    or (regexp_full_match(words[i], '[A-Z][0-9]{1,3}'))
    or (
        len(words[i]) = 1
        and (
            is_unit_word(words[i - 1]) or coalesce(is_number(words[i + 1]), false)
            or coalesce(words[i - 1][1] = '~', false) or coalesce(is_number(words[i - 1]), false)
            or len(words) = 1
        )
    );
-- A number is typed where a word such as flat stands before it, with no comma between them and no floor or side before that.
create or replace temp macro doors(words, closed) as
    [
        {
            'place': i,
            'word': words[i],
            'is_typed': coalesce(is_unit_word(words[i - 1]) and not closed[i - 1], false)
                and not coalesce(regexp_matches(words[i - 2], '^~[fpa]'), false)
        }
        for i in range(1, len(words) + 1) if is_door(words, i)
    ];
create or replace temp macro numbered(from_number, from_suffix, to_number, to_suffix) as
    cast(from_number as varchar) || coalesce(upper(from_suffix), '')
    || coalesce('-' || cast(to_number as varchar) || coalesce(upper(to_suffix), ''), '');
create or replace temp macro postcode_of(text) as
    regexp_replace(
        regexp_extract(upper(coalesce(text, '')), '\b([A-Z]{1,2}[0-9][A-Z0-9]? *[0-9][A-Z]{2})\b', 1), '^(.*?) *(...)$', '\1 \2'
    );
create or replace temp macro written_of(text) as upper(trim(regexp_replace(regexp_replace(text, '[^A-Za-z0-9 ]', '', 'g'), ' +', ' ', 'g')));
create or replace temp macro letter_at(number) as chr(cast(64 + number as integer));
create or replace temp macro letters_left_out(word) as
    list_distinct(list_concat([word], [word[:i - 1] || word[i + 1:] for i in range(1, len(word) + 1)]));
-- A road is no terrace, however alike the rest.
create or replace temp macro is_other_type(one, other) as
    split_part(one, ' ', -1) <> split_part(other, ' ', -1)
    and split_part(one, ' ', -1) in (select means from type_words)
    and split_part(other, ' ', -1) in (select means from type_words);
-- Also a postcode with a letter O.
create or replace temp macro without_postcode(text) as
    regexp_replace(text, '(?i)\b[A-Z]{1,2}[0-9][A-Z0-9]? *[0-9O][A-Z]{2}\b', ' , ', 'g');

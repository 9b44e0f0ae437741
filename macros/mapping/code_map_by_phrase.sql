{# As `code_map`, for free text in which the words of the map stand among others: a value that is in the map as a whole is told by
   that, else by a code that the value begins with (the genus of a botanical name), else by the longest words of the map in it,
   four at most. Values that are mapped on purpose to no code are so as a whole alone. #}
{% macro code_map_by_phrase(list, records, column) -%}
with

sent as (

    select distinct
        provider_code,
        {{ column }} as as_sent,
        {{ code_key(column) }} as sent_key
    from {{ records }}
    where {{ column }} is not null

),

split as (

    select
        *,
        string_split(sent_key, ' ') as words
    from sent

),

phrases as (

    select
        * exclude (words),
        unnest(list_distinct(list_append(
            flatten(list_transform(
                range(1, 5),
                lambda size: list_transform(
                    range(1, len(words) - size + 2),
                    lambda first: array_to_string(words[first:first + size - 1], ' ')
                )
            )),
            sent_key
        ))) as phrase
    from split

),

map as (

    select
        *,
        {{ code_key('as_sent') }} as map_key
    from {{ ref('code_map_' ~ list) }}

),

found as (

    select
        phrases.provider_code,
        phrases.as_sent,
        map.code,
        map.is_repair
    from phrases
    inner join map on phrases.phrase = map.map_key
    where
        map.provider_code in (phrases.provider_code, '*')
        and (map.code is not null or phrases.phrase = phrases.sent_key)
    qualify row_number() over (
        partition by phrases.provider_code, phrases.as_sent
        order by
            map.provider_code = '*',
            phrases.phrase = phrases.sent_key desc,
            map.map_key = map.code and starts_with(phrases.sent_key, map.map_key) desc,
            length(map.map_key) desc,
            map.map_key
    ) = 1

)

select
    sent.provider_code,
    sent.as_sent,
    found.code,
    coalesce(found.is_repair, false) as is_repair,
    case
        when found.as_sent is null then 'code_unknown'
        when found.is_repair then 'code_mended'
    end as issue_type
from sent
left join found on sent.provider_code = found.provider_code and sent.as_sent = found.as_sent
{%- endmacro %}

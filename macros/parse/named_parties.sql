{# The persons and bodies that a name cell names, each by a key, so that they can be counted: capitals, without titles, words in order of
   the alphabet (`SMITH, John` is `Mr John Smith`). `Mr A Khan & Ms B Jones` and `Mr & Mrs Smith` are two; without a title in front an
   `and` is part of a firm's name. An empty list where nobody is named. #}
{% macro named_parties(expr) -%}
    coalesce(list_transform(
        [{{ clean_text(expr) }}],
        lambda said: list_sort(list_distinct(list_filter(
            list_transform(
                case
                    when regexp_matches(said, '(?i)^(?:{{ name_titles() }})\b')
                        then string_split_regex(said, '(?i)\s*(?:&|[+]|/|;|\band\b)\s*')
                    else [said]
                end,
                lambda party: list_transform(
                    [regexp_replace(upper(party), '\b(?:{{ name_titles() | upper }})\b', ' ', 'g')],
                    lambda plain: array_to_string(
                        list_sort(list_filter(
                            string_split_regex(
                                case when regexp_matches(plain, '[\p{L}\p{N}]') then plain else upper(party) end,
                                '[^\p{L}\p{N}]+'
                            ),
                            lambda word: word <> ''
                        )),
                        ' '
                    )
                )[1]
            ),
            lambda party: party <> ''
        )))
    )[1], [])
{%- endmacro %}

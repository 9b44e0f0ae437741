{# The persons and bodies that name cells name, each by a key, so that they can be counted: capitals, without titles, words in order of
   the alphabet (`SMITH, John` is `Mr John Smith`). `Mr A Khan & Ms B Jones` and `Mr & Mrs Smith` are two; without a title in front an
   `and` is part of a firm's name. An empty list where nobody is named. `more` are further cells of the same record. #}
{% macro named_parties(expr, more=[]) -%}
    list_sort(list_distinct(list_filter(
        list_transform(
            flatten(list_transform(
                list_filter(
                    [{{ clean_text(expr) }}{% for cell in more %}, {{ clean_text(cell) }}{% endfor %}],
                    lambda said: said is not null
                ),
                lambda said: case
                    when regexp_matches(said, '(?i)^(?:{{ name_titles() }})\b')
                        then string_split_regex(upper(said), '&|[+]|/|;|\bAND\b')
                    else [upper(said)]
                end
            )),
            lambda party: list_transform(
                [list_filter(string_split_regex(party, '[^\p{L}\p{N}]+'), lambda word: word <> '')],
                lambda words: array_to_string(
                    list_sort(coalesce(
                        nullif(
                            list_filter(
                                words, lambda word: word not in ('{{ name_titles() | upper | replace('|', "', '") }}')
                            ),
                            []
                        ),
                        words
                    )),
                    ' '
                )
            )[1]
        ),
        lambda party: party <> ''
    )))
{%- endmacro %}

{# The words of a name as a list: capitals without accents, `O'Brien` and `St. John-Smith` as OBRIEN and ST, JOHN, SMITH. #}
{% macro name_words(expr) -%}
    list_filter(
        string_split_regex(
            regexp_replace(upper(strip_accents(coalesce({{ expr }}, ''))), '[''’`ʼ]', '', 'g'), '[^\p{L}]+'
        ),
        lambda word: word <> ''
    )
{%- endmacro %}

{# The numbers of an address in capitals, sorted, the postcode left out: `FLAT 2, 12A HIGH STREET` is 12A and 2, `FLAT B, 4 …` 4 and B. #}
{% macro door_numbers(expr) -%}
    list_sort(list_distinct(list_filter(
        list_concat(
            regexp_extract_all(
                regexp_replace({{ expr }}, '\b[A-Z]{1,2}[0-9][0-9A-Z]? *[0-9][A-Z]{2}\b', ' ', 'g'), '\b0*([1-9][0-9]*[A-Z]?)\b', 1
            ),
            regexp_extract_all({{ expr }}, '\b(?:FLAT|FLT|APARTMENT|APT|UNIT|ROOM|RM) ([A-Z])\b', 1)
        ),
        lambda number: number <> ''
    )))
{%- endmacro %}

{# A column of whole numbers in words: `1 complaint`, `2 complaints`. #}
{% macro counted(column, one, many) -%}
    concat({{ column }}, case when {{ column }} = 1 then ' {{ one }}' else ' {{ many }}' end)
{%- endmacro %}

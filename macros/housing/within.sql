{# `records.<column>` lies within so many years before `days.seen_on_date`, that day included. #}
{% macro within(column, years) -%}
    (records.{{ column }} <= days.seen_on_date and records.{{ column }} > days.seen_on_date - interval {{ years }} year)
{%- endmacro %}

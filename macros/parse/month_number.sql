{# The number, as text, of a month whose name begins with its three upper-case letters. #}
{% macro month_number(name) -%}
    cast(cast(
        (strpos('JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC', left({{ name }}, 3)) + 2) / 3 as integer
    ) as varchar)
{%- endmacro %}

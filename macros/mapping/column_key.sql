{# The form under which two column names are the same (docs/landing.md, "Column names"). #}
{% macro column_key(name) -%}
    regexp_replace(
        lower(regexp_replace({{ name }}, '^(\x{FEFF}|ï»¿|Ã¯Â»Â¿)+', '')), '[^a-z0-9]+', '', 'g'
    )
{%- endmacro %}

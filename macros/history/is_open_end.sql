{# True where the last day of something is one by which systems say that it goes on: the last day of the century, or later.
   Never null. Every live record has it in such a system, so it is no issue. #}
{% macro is_open_end(day) -%}
    coalesce({{ day }} >= date '2099-12-31', false)
{%- endmacro %}

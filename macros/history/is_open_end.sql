{# True where the last day of something is one by which systems say that it goes on: the last day of the century, or later.
   Never null. Every live record has it in such a system, so it is no issue. #}
{% macro is_open_end(day) -%}
    coalesce({{ day }} >= date '2099-12-31', false)
{%- endmacro %}

{# What is wrong with the last day of something as sent, or null: as `date_issue`, but that the last day of the century, by
   which a system marks every record that goes on, is no fault of the record. #}
{% macro end_date_issue(expr, parsed, format=none) -%}
    case
        when {{ parsed }} is null and regexp_matches({{ expr }}, '31.12.2099|2099.?12.?31') then null
        else {{ date_issue(expr, parsed, format) }}
    end
{%- endmacro %}

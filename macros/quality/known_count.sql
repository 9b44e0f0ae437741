{# A count of what a service knows of a property, as a column of its own name: nought where it knows of none, null where nobody
   has sent the subject for the borough, so that `known` has no day for it. #}
{% macro known_count(records, count, service) -%}
    case when known.{{ service }}_as_of_date is not null then coalesce({{ records }}.{{ count }}, 0) end as {{ count }}
{%- endmacro %}

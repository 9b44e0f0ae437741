{# What tells the people of one case of a service apart: the service's own reference of the person, or the name. #}
{% macro told_by() -%}
coalesce(person_reference, lower(coalesce(name, concat_ws(' ', forename, surname))), '')
{%- endmacro %}

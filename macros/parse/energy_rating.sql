{# An energy rating, A to G, in capitals and without `Band` or `+`es; null for anything else. #}
{% macro energy_rating(expr) -%}
    nullif(regexp_extract(upper({{ plain_text(expr) }}), '^(?:(?:BAND|RATING) )?([A-G])[+]*$', 1), '')
{%- endmacro %}

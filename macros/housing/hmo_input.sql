{# A feature of int_hmo_features as the model takes it, before its borough's average of the day is taken off. #}
{% macro hmo_input(feature) -%}
    {% if feature.taken == 'count' %}ln(1 + features.{{ feature.name }}){% else %}cast(features.{{ feature.name }} as double){% endif %}
{%- endmacro %}

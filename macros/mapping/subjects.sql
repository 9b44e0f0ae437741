{# The subjects, one word each: a new one is a word here, a folder under models/staging and a layout seed. #}
{% macro subjects() %}
    {{ return([
        'geography',
        'area_indicators',
        'spending',
        'brownfield_land',
        'planning_applications',
        'foi_requests',
        'housing_benefit',
        'tenancies',
    ]) }}
{% endmacro %}

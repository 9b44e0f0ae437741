{# The subjects whose records are of a property: stg_<subject> has uprn, address (one line) and postcode. #}
{% macro property_subjects() %}
    {{ return([
        'planning_applications',
        'housing_benefit',
        'tenancies',
    ]) }}
{% endmacro %}

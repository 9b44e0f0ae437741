{# The subjects whose records are of a property: stg_<subject> has uprn, address (one line) and postcode. #}
{% macro property_subjects() %}
    {{ return([
        'planning_applications',
        'electoral_register',
        'hmo_licences',
    ]) }}
{% endmacro %}

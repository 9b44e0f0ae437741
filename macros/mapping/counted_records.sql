{# The conformed models in which the records of a subject count, each with the extract_id of the delivery that counts. #}
{% macro counted_records() %}
    {{ return([
        'int_payments',
        'int_brownfield_sites',
        'int_planning_applications',
        'int_foi_requests',
        'int_areas',
        'int_area_indicators',
        'int_benefit_records',
        'int_tenancy_records',
    ]) }}
{% endmacro %}

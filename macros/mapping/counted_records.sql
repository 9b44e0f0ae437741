{# The conformed models in which the records of a subject count, each with the extract_id of the delivery that counts. #}
{% macro counted_records() %}
    {{ return([
        'int_payments',
        'int_brownfield_sites',
        'int_planning_applications',
        'int_foi_requests',
        'int_areas',
        'int_area_indicators',
        'int_postcodes',
        'int_energy_certificates',
        'int_property_sales',
        'int_service_request_records',
        'int_inspections',
        'int_food_ratings',
        'int_gazetteer_current_supplies',
        'int_council_tax_records',
        'int_business_rates_records',
        'int_counted_electors',
        'int_hmo_licences',
        'int_benefit_records',
        'int_tenancy_records',
        'int_service_deliveries',
        'int_street_trees',
    ]) }}
{% endmacro %}

{# The subjects whose records are of a property: stg_<subject> has uprn, address (one line) and postcode. #}
{% macro property_subjects() %}
    {{ return([
        'planning_applications',
        'energy_certificates',
        'property_sales',
        'service_requests',
        'inspections',
        'food_ratings',
        'council_tax',
        'business_rates',
        'electoral_register',
        'hmo_licences',
        'housing_benefit',
        'tenancies',
        'adult_social_care',
        'childrens_services',
        'library_members',
        'public_health',
        'homelessness',
    ]) }}
{% endmacro %}

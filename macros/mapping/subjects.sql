{# The subjects, one word each: a new one is a word here, a folder under models/staging and a layout seed. #}
{% macro subjects() %}
    {{ return([
        'geography',
        'area_indicators',
        'spending',
        'brownfield_land',
        'planning_applications',
        'foi_requests',
        'postcode_directory',
        'energy_certificates',
        'property_sales',
        'service_requests',
        'inspections',
        'food_ratings',
        'gazetteer',
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

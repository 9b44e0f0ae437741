{# The dates of things that have happened, so that none lies after the day its delivery describes: stg_<subject>.<field>. #}
{% macro past_dates() %}
    {{ return([
        {'subject': 'spending', 'field': 'paid_date'},
        {'subject': 'brownfield_land', 'field': 'permission_date'},
        {'subject': 'brownfield_land', 'field': 'first_added_date'},
        {'subject': 'brownfield_land', 'field': 'last_updated_date'},
        {'subject': 'planning_applications', 'field': 'received_date'},
        {'subject': 'planning_applications', 'field': 'valid_date'},
        {'subject': 'planning_applications', 'field': 'decision_date'},
        {'subject': 'foi_requests', 'field': 'received_date'},
        {'subject': 'foi_requests', 'field': 'closed_date'},
        {'subject': 'energy_certificates', 'field': 'inspection_date'},
        {'subject': 'energy_certificates', 'field': 'lodgement_date'},
        {'subject': 'property_sales', 'field': 'transfer_date'},
        {'subject': 'service_requests', 'field': 'received_date'},
        {'subject': 'service_requests', 'field': 'closed_date'},
        {'subject': 'service_requests', 'field': 'fixed_date'},
        {'subject': 'inspections', 'field': 'inspection_date'},
        {'subject': 'inspections', 'field': 'notice_date'},
        {'subject': 'food_ratings', 'field': 'rating_date'},
        {'subject': 'gazetteer', 'field': 'last_update_date'},
        {'subject': 'business_rates', 'field': 'rateable_value_date'},
        {'subject': 'electoral_register', 'field': 'date_of_birth'},
        {'subject': 'electoral_register', 'field': 'removed_date'},
        {'subject': 'hmo_licences', 'field': 'application_date'},
    ]) }}
{% endmacro %}

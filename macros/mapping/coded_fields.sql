{# The coded fields of staging: stg_<subject>.<field>_as_sent holds a value whose city code code_map_<list> tells. #}
{% macro coded_fields() %}
    {{ return([
        {'subject': 'brownfield_land', 'field': 'ownership_status', 'list': 'ownership_status'},
        {'subject': 'brownfield_land', 'field': 'planning_status', 'list': 'planning_status'},
        {'subject': 'brownfield_land', 'field': 'permission_type', 'list': 'permission_type'},
        {'subject': 'planning_applications', 'field': 'decision', 'list': 'planning_decision'},
        {'subject': 'planning_applications', 'field': 'application_type', 'list': 'planning_application_type'},
        {'subject': 'energy_certificates', 'field': 'tenure', 'list': 'epc_tenure'},
        {'subject': 'energy_certificates', 'field': 'property_type', 'list': 'epc_property_type'},
        {'subject': 'energy_certificates', 'field': 'built_form', 'list': 'epc_built_form'},
        {'subject': 'energy_certificates', 'field': 'transaction_type', 'list': 'epc_transaction_type'},
        {'subject': 'energy_certificates', 'field': 'main_fuel', 'list': 'epc_main_fuel'},
        {'subject': 'property_sales', 'field': 'property_type', 'list': 'sale_property_type'},
        {'subject': 'property_sales', 'field': 'estate_type', 'list': 'estate_type'},
        {'subject': 'property_sales', 'field': 'price_paid_category', 'list': 'price_paid_category'},
        {'subject': 'service_requests', 'field': 'request_type', 'list': 'request_type'},
        {'subject': 'service_requests', 'field': 'outcome', 'list': 'request_outcome'},
        {'subject': 'service_requests', 'field': 'status', 'list': 'request_outcome'},
        {'subject': 'inspections', 'field': 'inspection_type', 'list': 'inspection_type'},
        {'subject': 'inspections', 'field': 'outcome', 'list': 'inspection_outcome'},
        {'subject': 'inspections', 'field': 'hazard_category', 'list': 'hazard_category'},
        {'subject': 'inspections', 'field': 'notice_type', 'list': 'notice_type'},
        {'subject': 'food_ratings', 'field': 'rating_value', 'list': 'food_rating'},
        {'subject': 'food_ratings', 'field': 'business_type', 'list': 'food_business_type'},
    ]) }}
{% endmacro %}

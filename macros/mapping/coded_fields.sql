{# The coded fields of staging: stg_<subject>.<field>_as_sent holds a value whose city code code_map_<list> tells. #}
{% macro coded_fields() %}
    {{ return([
        {'subject': 'brownfield_land', 'field': 'ownership_status', 'list': 'ownership_status'},
        {'subject': 'brownfield_land', 'field': 'planning_status', 'list': 'planning_status'},
        {'subject': 'brownfield_land', 'field': 'permission_type', 'list': 'permission_type'},
        {'subject': 'planning_applications', 'field': 'decision', 'list': 'planning_decision'},
        {'subject': 'planning_applications', 'field': 'application_type', 'list': 'planning_application_type'},
        {'subject': 'housing_benefit', 'field': 'benefit_type', 'list': 'benefit_type'},
        {'subject': 'housing_benefit', 'field': 'claim_status', 'list': 'claim_status'},
        {'subject': 'tenancies', 'field': 'tenure', 'list': 'tenancy_tenure'},
    ]) }}
{% endmacro %}

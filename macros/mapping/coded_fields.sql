{# The coded fields of staging: stg_<subject>.<field>_as_sent holds a value whose city code code_map_<list> tells. #}
{% macro coded_fields() %}
    {{ return([
        {'subject': 'brownfield_land', 'field': 'ownership_status', 'list': 'ownership_status'},
        {'subject': 'brownfield_land', 'field': 'planning_status', 'list': 'planning_status'},
        {'subject': 'brownfield_land', 'field': 'permission_type', 'list': 'permission_type'},
        {'subject': 'planning_applications', 'field': 'decision', 'list': 'planning_decision'},
        {'subject': 'planning_applications', 'field': 'application_type', 'list': 'planning_application_type'},
        {'subject': 'council_tax', 'field': 'council_tax_band', 'list': 'council_tax_band'},
        {'subject': 'council_tax', 'field': 'liability', 'list': 'council_tax_liability'},
        {'subject': 'council_tax', 'field': 'owner_liability', 'list': 'council_tax_owner_liability'},
        {'subject': 'council_tax', 'field': 'discount', 'list': 'council_tax_discount'},
        {'subject': 'council_tax', 'field': 'exemption', 'list': 'council_tax_exemption'},
        {'subject': 'council_tax', 'field': 'occupancy', 'list': 'occupancy'},
        {'subject': 'council_tax', 'field': 'account_status', 'list': 'tax_account_status'},
        {'subject': 'business_rates', 'field': 'relief', 'list': 'business_rates_relief'},
        {'subject': 'business_rates', 'field': 'second_relief', 'list': 'business_rates_relief'},
        {'subject': 'business_rates', 'field': 'occupancy', 'list': 'occupancy'},
        {'subject': 'business_rates', 'field': 'account_status', 'list': 'tax_account_status'},
    ]) }}
{% endmacro %}

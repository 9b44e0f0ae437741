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
        {'subject': 'housing_benefit', 'field': 'application_date'},
        {'subject': 'housing_benefit', 'field': 'birth_date'},
        {'subject': 'housing_benefit', 'field': 'deceased_date'},
        {'subject': 'tenancies', 'field': 'birth_date'},
        {'subject': 'tenancies', 'field': 'notice_date'},
        {'subject': 'tenancies', 'field': 'court_order_date'},
    ]) }}
{% endmacro %}

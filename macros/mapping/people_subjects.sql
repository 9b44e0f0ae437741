{# The subjects that know people, each with the model that has a row a person of its newest delivery. #}
{% macro people_subjects() %}
    {{ return({
        'council_tax': 'int_council_tax_people',
        'housing_benefit': 'int_benefit_people',
        'tenancies': 'int_tenancy_people',
    }) }}
{% endmacro %}

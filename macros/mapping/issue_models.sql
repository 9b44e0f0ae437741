{# The conformed models whose rows are issues: subject, provider_code, extract_id, row_number, line_number, field, issue_type,
   value_as_sent. #}
{% macro issue_models() %}
    {{ return([
        'int_staging_issues',
        'int_landing_issues',
        'int_code_issues',
        'int_indicator_issues',
        'int_date_issues',
        'int_repetition_issues',
        'int_past_repetition_issues',
        'int_national_issues',
        'int_environment_issues',
        'int_gazetteer_issues',
        'int_council_tax_issues',
        'int_business_rates_issues',
        'int_elector_issues',
        'int_hmo_licence_issues',
        'int_benefit_issues',
        'int_tenancy_issues',
        'int_service_issues',
    ]) }}
{% endmacro %}

{# The issues that a staging model keeps beside each row, one row an issue. #}
{% macro found_issues(subject, records) -%}
    select
        '{{ subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        unnest(issues).field as field,
        unnest(issues).issue_type as issue_type,
        unnest(issues).value_as_sent as value_as_sent
    from {{ records }}
    where len(issues) > 0
{%- endmacro %}

{# The records of a file that a later one of the same file takes the place of, one row an issue: they have one key, or none
   and the very same letters. `key` is a column of `records`, and within names columns that keys are told apart by. #}
{% macro doubled_records(subject, records, key, within=[]) -%}
    select
        '{{ subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        '{{ key }}' as field,
        'record_doubled' as issue_type,
        {{ key }} as value_as_sent
    from {{ records }}
    qualify
        row_number() over (
            partition by
                extract_id,
                {% for column in within %}{{ column }}, {% endfor -%}
                coalesce({{ key }}, record_hash::varchar)
            order by row_number desc
        ) > 1
{%- endmacro %}

{# The extracts that make up each provider's newest snapshot of a subject: those of its newest as-of date, less those that
   a later delivery of the same date repeats (a register sent again with a few rows mended).
   `records` has provider_code, extract_id and record_hash. #}
{% macro current_snapshots(subject, records) -%}
    select
        extracts.provider_code,
        extracts.extract_id,
        extracts.as_of_date
    from {{ ref('extracts') }} as extracts
    anti join ({{ superseded_extracts(records) }}) as superseded on extracts.extract_id = superseded.extract_id
    where extracts.subject = '{{ subject }}' and extracts.is_landed
    qualify extracts.as_of_date = max(extracts.as_of_date) over (partition by extracts.provider_code)
{%- endmacro %}

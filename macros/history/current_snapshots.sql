{# The extracts that make up each provider's newest snapshot of a subject: those of its newest as-of date, less those that
   a later delivery of the same date repeats (a register sent again with a few rows mended).
   `records` has provider_code, extract_id and record_hash. #}
{% macro current_snapshots(subject, records) -%}
{%- set newest -%}
    select
        provider_code,
        extract_id,
        as_of_date
    from {{ ref('extracts') }}
    where subject = '{{ subject }}' and is_landed
    qualify as_of_date = max(as_of_date) over (partition by provider_code)
{%- endset -%}
{%- set newest_records -%}
    (
        select
            records.provider_code,
            records.extract_id,
            records.record_hash
        from {{ records }} as records
        semi join ({{ newest }}) as newest on records.extract_id = newest.extract_id
    )
{%- endset -%}
    select newest.*
    from ({{ newest }}) as newest
    anti join ({{ superseded_extracts(newest_records) }}) as superseded on newest.extract_id = superseded.extract_id
{%- endmacro %}

{# The records of a subject, one delivery a key: of several deliveries that have a key the newest wins, with all its
   records of that key. A record whose key is blank is known by its letters alone.
   `key` is an expression over `records`, which has provider_code, extract_id, row_number and record_hash. #}
{% macro newest_by_key(records, key) -%}
    select
        records.*,
        extracts.as_of_date,
        extracts.period_from,
        extracts.period_to,
        row_number() over (
            partition by records.extract_id, coalesce({{ key }}, records.record_hash::varchar)
            order by records.row_number
        ) as occurrence
    from {{ records }} as records
    inner join {{ ref('extracts') }} as extracts on records.extract_id = extracts.extract_id
    qualify
        rank() over (
            partition by records.provider_code, {{ key }} is null, coalesce({{ key }}, records.record_hash::varchar)
            order by extracts.as_of_date desc, extracts.landed_at desc, extracts.extract_id desc
        ) = 1
{%- endmacro %}

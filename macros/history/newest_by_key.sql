{# The records of an append-only subject, one a business key: of several deliveries the newest wins. A record whose key is
   blank can't be recognised in another delivery, and stays; so does each of several with one key in one file.
   `key` is a column of `records`, which has provider_code, extract_id and row_number. #}
{% macro newest_by_key(records, key) -%}
    select
        numbered.*,
        extracts.as_of_date,
        extracts.period_from,
        extracts.period_to
    from (
        select
            *,
            row_number() over (partition by extract_id, {{ key }} order by row_number) as occurrence
        from {{ records }}
    ) as numbered
    inner join {{ ref('extracts') }} as extracts on numbered.extract_id = extracts.extract_id
    qualify
        numbered.{{ key }} is null
        or row_number() over (
            partition by numbered.provider_code, numbered.{{ key }}, numbered.occurrence
            order by extracts.as_of_date desc, extracts.landed_at desc, numbered.extract_id desc
        ) = 1
{%- endmacro %}

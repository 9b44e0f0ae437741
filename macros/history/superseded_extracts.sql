{# The extracts of a subject that a later delivery of the same provider repeats: at least half of their records stand
   in it again, letter for letter. A file sent again with a few rows mended is such a one, whatever it is called and
   whatever was mended; two months, or two parts of one month, are not.
   `records` has provider_code, extract_id and record_hash. #}
{% macro superseded_extracts(records) -%}
    select distinct older.extract_id
    from (
        select
            older_records.extract_id,
            newer_records.extract_id as newer_extract_id,
            count(distinct older_records.record_hash) as shared_records
        from {{ records }} as older_records
        inner join {{ ref('extracts') }} as older_extracts on older_records.extract_id = older_extracts.extract_id
        inner join {{ records }} as newer_records
            on
                older_records.provider_code = newer_records.provider_code
                and older_records.record_hash = newer_records.record_hash
                and older_records.extract_id <> newer_records.extract_id
        inner join {{ ref('extracts') }} as newer_extracts on newer_records.extract_id = newer_extracts.extract_id
        where
            (older_extracts.as_of_date, older_extracts.landed_at, older_extracts.extract_id)
            < (newer_extracts.as_of_date, newer_extracts.landed_at, newer_extracts.extract_id)
        group by older_records.extract_id, newer_records.extract_id
    ) as older
    inner join (
        select
            extract_id,
            count(distinct record_hash) as records
        from {{ records }}
        group by extract_id
    ) as sizes on older.extract_id = sizes.extract_id
    where older.shared_records * 2 >= sizes.records
{%- endmacro %}

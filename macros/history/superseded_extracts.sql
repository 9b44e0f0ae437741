{# The deliveries of a subject that a later one of the same provider repeats, one row a pair: at least half of the older
   one's records stand in the newer again, letter for letter, or the newer has its very name and date. A file sent again
   with a few rows mended is such a one, whatever was mended; two months, or two parts of one month, are not.
   Deliveries whose declared periods do not touch never repeat each other.
   `records` has provider_code, extract_id and record_hash. #}
{% macro superseded_extracts(records) -%}
    select
        older.extract_id,
        newer.extract_id as newer_extract_id
    from {{ ref('extracts') }} as older
    inner join {{ ref('extracts') }} as newer
        on
            older.subject = newer.subject
            and older.provider_code = newer.provider_code
            and (older.as_of_date, older.landed_at, older.extract_id)
            < (newer.as_of_date, newer.landed_at, newer.extract_id)
    inner join (
        select
            extract_id,
            count(distinct record_hash) as records
        from {{ records }}
        group by extract_id
    ) as sizes on older.extract_id = sizes.extract_id
    left join (
        select
            older_records.extract_id,
            newer_records.extract_id as newer_extract_id,
            count(*) as shared_records
        from (select distinct provider_code, extract_id, record_hash from {{ records }}) as older_records
        inner join (select distinct provider_code, extract_id, record_hash from {{ records }}) as newer_records
            on
                older_records.provider_code = newer_records.provider_code
                and older_records.record_hash = newer_records.record_hash
        group by older_records.extract_id, newer_records.extract_id
    ) as shared on older.extract_id = shared.extract_id and newer.extract_id = shared.newer_extract_id
    where
        older.is_landed
        and newer.is_landed
        and coalesce(older.period_to >= newer.period_from and older.period_from <= newer.period_to, true)
        and (
            shared.shared_records * 2 >= sizes.records
            or (
                older.as_of_date = newer.as_of_date
                and older.source_file = newer.source_file
                and older.source_member is not distinct from newer.source_member
            )
        )
{%- endmacro %}

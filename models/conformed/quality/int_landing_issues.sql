-- int_landing_issues.sql
-- One row an issue with a file, a column or a record as it arrived.
with

extracts as (

    select * from {{ ref('extracts') }}

),

extract_columns as (

    select * from {{ ref('extract_columns') }}

),

rejects as (

    select * from {{ ref('rejected_records') }}

),

not_counted as (

    select
        subject,
        provider_code,
        extract_id,
        null::bigint as row_number,
        null::bigint as line_number,
        'file' as field,
        case outcome when 'held' then 'delivery_held' else 'file_refused' end as issue_type,
        reason as value_as_sent
    from extracts
    where outcome in ('refused', 'held')

),

rejected as (

    select
        extracts.subject,
        rejects.provider_code,
        rejects.extract_id,
        null::bigint as row_number,
        rejects.line_number,
        rejects.reason as field,
        'record_rejected' as issue_type,
        left(rejects.raw_text, 500) as value_as_sent
    from rejects
    inner join extracts on rejects.extract_id = extracts.extract_id and extracts.is_landed

),

columns as (

    select
        subject,
        provider_code,
        extract_id,
        null::bigint as row_number,
        null::bigint as line_number,
        coalesce(field, source_column) as field,
        'column_' || status as issue_type,
        source_column as value_as_sent
    from extract_columns
    where status in ('unknown', 'ambiguous', 'missing')

),

repeated as (

    select
        subject,
        provider_code,
        extract_id,
        null::bigint as row_number,
        null::bigint as line_number,
        'file' as field,
        'delivery_repeated' as issue_type,
        source_file as value_as_sent
    from extracts
    where is_landed and deliveries > 1

)

select * from not_counted
union all
select * from repeated
union all
select * from rejected
union all
select * from columns

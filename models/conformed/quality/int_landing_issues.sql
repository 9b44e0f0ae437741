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

refused as (

    select
        subject,
        provider_code,
        extract_id,
        null::bigint as row_number,
        null::bigint as line_number,
        'file' as field,
        'file_refused' as issue_type,
        reason as value_as_sent
    from extracts
    where outcome = 'refused'

),

held as (

    select
        subject,
        provider_code,
        extract_id,
        null::bigint as row_number,
        null::bigint as line_number,
        'file' as field,
        'delivery_held' as issue_type,
        reason as value_as_sent
    from extracts
    where outcome = 'held'

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

select * from refused
union all
select * from held
union all
select * from repeated
union all
select * from rejected
union all
select * from columns

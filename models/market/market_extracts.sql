-- market_extracts.sql
-- One row a delivered file: what arrived, when, from whom, how much of it landed and how much was mapped.
{{ config(alias='extracts') }}

with

extracts as (

    select * from {{ ref('extracts') }}

),

extract_columns as (

    select * from {{ ref('extract_columns') }}

),

providers as (

    select * from {{ ref('providers') }}

),

current_extracts as (

    select * from {{ ref('int_current_extracts') }}

),

mapping as (

    select
        extract_id,
        count(*) filter (where status = 'mapped') as mapped_columns,
        count(*) filter (where status = 'ignored') as ignored_columns,
        list(source_column order by position) filter (where status = 'unknown') as unknown_columns,
        list(field order by field) filter (where status = 'missing') as missing_fields
    from extract_columns
    group by extract_id

)

select
    extracts.extract_id,
    extracts.subject,
    extracts.provider_code,
    providers.provider_name,
    extracts.as_of_date,
    extracts.period_from,
    extracts.period_to,
    extracts.landed_at,
    extracts.held_reason,
    extracts.accepted_by,
    extracts.accepted_at,
    extracts.accepted_reason,
    extracts.outcome,
    current_extracts.extract_id is not null as is_current,
    extracts.deliveries,
    extracts.reason,
    extracts.source_file,
    extracts.source_member,
    extracts.source_bytes,
    extracts.source_sha256,
    extracts.file_format,
    extracts.encoding,
    extracts.total_lines,
    extracts.source_records,
    extracts.landed_rows,
    extracts.rejected_rows,
    extracts.preamble_lines,
    extracts.blank_records,
    extracts.total_records,
    extracts.column_count,
    coalesce(mapping.mapped_columns, 0) as mapped_columns,
    coalesce(mapping.ignored_columns, 0) as ignored_columns,
    coalesce(mapping.unknown_columns, []) as unknown_columns,
    coalesce(mapping.missing_fields, []) as missing_fields,
    coalesce(extracts.notes, []) as notes
from extracts
inner join providers on extracts.provider_code = providers.provider_code
left join mapping on extracts.extract_id = mapping.extract_id
left join current_extracts on extracts.extract_id = current_extracts.extract_id

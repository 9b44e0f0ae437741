-- column_statistics.sql
-- One row a column of a landed extract that feeds a field or is unknown: blank cells, and about how many values differ.
{{ config(materialized='by_extract') }}

with

extract_columns as (

    select * from {{ ref('extract_columns') }}

),

wanted as (

    select
        provider_code,
        extract_id,
        list(position order by position) as positions
    from extract_columns
    where status in ('mapped', 'unknown')
    group by provider_code, extract_id

),

records as (

    select * from {{ ref('landed_records') }}

),

cells as (

    select
        wanted.provider_code,
        records.extract_id,
        unnest(wanted.positions) as position,
        unnest(list_select(records.cells, wanted.positions)) as cell
    from records
    inner join wanted on records.extract_id = wanted.extract_id

)

select
    provider_code,
    extract_id || '|' || position as column_key,
    extract_id,
    position,
    count(*) as records,
    count(*) filter (where {{ is_null_word('cell') }}) as blank_cells,
    approx_count_distinct(cell) as distinct_values
from cells
group by provider_code, extract_id, position

-- record_cells.sql
-- One row a cell of a landed record beside the name of its column: for people who look into landing, not for models.
{{ config(materialized='view') }}

with

extracts as (

    select * from {{ ref('extracts') }}

),

records as (

    select * from {{ ref('landed_records') }}

),

cells as (

    select
        extract_id,
        row_number,
        unnest(cells) as cell,
        generate_subscripts(cells, 1) as position
    from records

)

select
    extracts.subject,
    extracts.provider_code,
    cells.extract_id,
    extracts.source_file,
    cells.row_number,
    cells.position,
    extracts.header[cells.position].name as source_column,
    cells.cell as value_as_sent
from cells
inner join extracts on cells.extract_id = extracts.extract_id

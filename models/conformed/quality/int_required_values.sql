-- int_required_values.sql
-- One row a landed extract and field that its table always has: how many values there should be, and how many there are.
with

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

),

extract_columns as (

    select * from {{ ref('extract_columns') }}

),

column_statistics as (

    select * from {{ ref('column_statistics') }}

),

table_fields as (

    select * from {{ ref('table_fields') }}
    where presence = 'always'

),

tables as (

    select distinct
        extract_id,
        table_name
    from extract_columns

),

-- A field that several columns feed (a measure a column) has as many values as the fullest of them.
filled as (

    select
        extract_columns.extract_id,
        extract_columns.field,
        max(column_statistics.records - column_statistics.blank_cells) as records
    from extract_columns
    inner join column_statistics
        on
            extract_columns.extract_id = column_statistics.extract_id
            and extract_columns.position = column_statistics.position
    where extract_columns.status = 'mapped'
    group by extract_columns.extract_id, extract_columns.field

)

select
    extracts.subject,
    extracts.provider_code,
    extracts.extract_id,
    table_fields.field,
    extracts.landed_rows as wanted_values,
    coalesce(filled.records, 0) as filled_values
from extracts
inner join tables on extracts.extract_id = tables.extract_id
inner join table_fields
    on extracts.subject = table_fields.subject and tables.table_name = table_fields.table_name
left join filled on extracts.extract_id = filled.extract_id and table_fields.field = filled.field

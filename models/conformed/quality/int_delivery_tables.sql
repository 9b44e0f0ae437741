-- int_delivery_tables.sql
-- One row a landed file with its place in the row of deliveries of its provider, subject and table.
with

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

),

tables as (

    select distinct
        extract_id,
        table_name
    from {{ ref('extract_columns') }}

),

placed as (

    select
        extracts.subject,
        extracts.provider_code,
        tables.table_name,
        extracts.extract_id,
        extracts.as_of_date,
        extracts.landed_at,
        extracts.source_file,
        extracts.landed_rows,
        dense_rank() over (
            partition by extracts.subject, extracts.provider_code, tables.table_name
            order by extracts.as_of_date
        ) as delivery_number,
        row_number() over (
            partition by extracts.subject, extracts.provider_code, tables.table_name, extracts.as_of_date
            order by extracts.landed_at desc, extracts.extract_id desc
        ) = 1 as is_newest_of_day
    from extracts
    inner join tables on extracts.extract_id = tables.extract_id

)

select * from placed

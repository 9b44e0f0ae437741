-- Most dates of a column that can be read in one way only are month first, and nothing is declared for it: then the others are
-- too, and were read day first. Declare `mdy` as the format of its layout row.
with

extract_columns as (

    select * from {{ ref('extract_columns') }}
    where status = 'mapped' and format is null

),

month_first as (

    select
        extract_id,
        field,
        count(*) as records
    from {{ ref('int_data_issues') }}
    where issue_type = 'date_looks_month_first'
    group by extract_id, field
    having count(*) >= 20

),

doubted as (

    select
        extract_columns.*,
        month_first.records as month_first
    from extract_columns
    inner join month_first
        on extract_columns.extract_id = month_first.extract_id and extract_columns.field = month_first.field

),

cells as (

    select * from {{ ref('record_cells') }}

),

day_first as (

    select
        doubted.extract_id,
        doubted.position,
        count(*) as records
    from cells
    inner join doubted on cells.extract_id = doubted.extract_id and cells.position = doubted.position
    where regexp_matches(cells.value_as_sent, '^\s*(1[3-9]|2[0-9]|3[01])[-/. ]')
    group by all

)

select
    doubted.provider_code,
    doubted.subject,
    doubted.source_column,
    doubted.field,
    doubted.month_first,
    coalesce(day_first.records, 0) as day_first
from doubted
left join day_first
    on doubted.extract_id = day_first.extract_id and doubted.position = day_first.position
where doubted.month_first > 4 * coalesce(day_first.records, 0)
order by all

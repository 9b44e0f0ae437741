-- Staging keeps each record of area indicators once for every measure that its file holds, and once where it holds none.
with

base as (

    select
        extract_id,
        count(*) as records
    from {{ ref('base_area_indicators') }}
    group by extract_id

),

measures as (

    select
        extract_id,
        count(*) as measures
    from {{ ref('extract_columns') }}
    where subject = 'area_indicators' and status = 'mapped' and field in ('measure', 'value')
    group by extract_id

),

staged as (

    select
        extract_id,
        count(*) as staged_rows
    from {{ ref('stg_area_indicators') }}
    group by extract_id

)

select
    base.extract_id,
    base.records,
    measures.measures,
    staged.staged_rows
from base
left join measures on base.extract_id = measures.extract_id
left join staged on base.extract_id = staged.extract_id
where base.records * coalesce(measures.measures, 1) is distinct from staged.staged_rows

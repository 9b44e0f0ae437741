-- int_control_totals.sql
-- One row a total that a file prints itself: what its column adds up to in staging.
with

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

),

extract_columns as (

    select * from {{ ref('extract_columns') }}
    where status = 'mapped'

),

printed as (

    select
        subject,
        provider_code,
        extract_id,
        unnest(control_totals).line as line_number,
        unnest(control_totals).label as label,
        unnest(control_totals).position as position,
        unnest(control_totals).value as value_as_sent
    from extracts

),

summed as (

    select
        extract_id,
        'net_amount' as field,
        sum(net_amount) as staged_total
    from {{ ref('stg_spending') }}
    group by extract_id

),

-- A sub-total is of some records only.
compared as (

    select
        printed.*,
        extract_columns.field,
        {{ parse_money('printed.value_as_sent') }} as printed_total,
        summed.staged_total
    from printed
    inner join extract_columns
        on printed.extract_id = extract_columns.extract_id and printed.position = extract_columns.position
    inner join summed on printed.extract_id = summed.extract_id and extract_columns.field = summed.field
    where not regexp_matches(lower(printed.label), '^sub')

)

select
    *,
    coalesce(printed_total = staged_total, false) as agrees
from compared

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

-- A sub-total or a page's total is of some records only, and of several totals the last one is of all.
grand_totals as (

    select * from printed
    where not regexp_matches(lower(label), '^(sub|page)')
    qualify
        row_number() over (
            partition by extract_id, position
            order by line_number desc
        ) = 1

),

compared as (

    select
        grand_totals.*,
        extract_columns.field,
        {{ parse_money('grand_totals.value_as_sent') }} as printed_total,
        summed.staged_total
    from grand_totals
    inner join extract_columns
        on
            grand_totals.extract_id = extract_columns.extract_id
            and grand_totals.position = extract_columns.position
    inner join summed
        on grand_totals.extract_id = summed.extract_id and extract_columns.field = summed.field

)

select
    *,
    coalesce(printed_total = staged_total, false) as agrees
from compared

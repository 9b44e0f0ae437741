-- volume_anomalies.sql
-- One row a delivery of a provider, subject and table and a measure of it, held against those of the deliveries before.
with

files as (

    select * from {{ ref('int_delivery_tables') }}

),

extract_columns as (

    select * from {{ ref('extract_columns') }}
    where status = 'mapped'

),

column_statistics as (

    select * from {{ ref('column_statistics') }}

),

-- A delivery may come in parts: their records add up, and of their different values the most counts.
fields as (

    select
        files.subject,
        files.provider_code,
        files.table_name,
        files.as_of_date,
        extract_columns.field,
        sum(column_statistics.blank_cells) / nullif(sum(column_statistics.records), 0) as blank_share,
        max(column_statistics.distinct_values) as distinct_values,
        sum(column_statistics.records) as records
    from files
    inner join extract_columns on files.extract_id = extract_columns.extract_id
    inner join column_statistics
        on
            extract_columns.extract_id = column_statistics.extract_id
            and extract_columns.position = column_statistics.position
    group by files.subject, files.provider_code, files.table_name, files.as_of_date, extract_columns.field

),

measures as (

    select
        subject,
        provider_code,
        table_name,
        as_of_date,
        null as field,
        'records' as measure,
        sum(landed_rows)::double as measured,
        sum(landed_rows) as records
    from files
    group by subject, provider_code, table_name, as_of_date
    union all
    select
        subject,
        provider_code,
        table_name,
        as_of_date,
        field,
        unnest(['blank_share', 'distinct_values']) as measure,
        unnest([blank_share, distinct_values::double]) as measured,
        records
    from fields

),

-- The usual is the median of what came before: of the same month where three years of it have come, else of the last twelve.
-- The spread is the median distance from it (MAD), which one odd delivery does not move.
compared as (

    select
        *,
        count(measured) over of_month >= 3 as is_seasonal,
        case when is_seasonal then count(measured) over of_month else count(measured) over lately end as earlier,
        case when is_seasonal then median(measured) over of_month else median(measured) over lately end as usual,
        case when is_seasonal then mad(measured) over of_month else mad(measured) over lately end as spread
    from measures
    window
        lately as (
            partition by subject, provider_code, table_name, field, measure
            order by as_of_date
            rows between 12 preceding and 1 preceding
        ),
        of_month as (
            partition by subject, provider_code, table_name, field, measure, month(as_of_date)
            order by as_of_date
            rows between 12 preceding and 1 preceding
        )

),

-- 1.4826 makes the MAD of bell-shaped values their standard deviation; 3.5 of them is the usual bound (Iglewicz and Hoaglin 1993).
-- A series that hardly moves has a spread of nothing, so that a least distance is asked for; and small numbers move by themselves,
-- a count by its root, a share by that of p (1 - p) / n.
bounded as (

    select
        *,
        case
            when measure = 'blank_share'
                then greatest(3.5 * 1.4826 * spread, 0.05, 3 / records, 3 * sqrt(usual * (1 - usual) / records))
            else greatest(3.5 * 1.4826 * spread, 0.25 * usual, 3 * sqrt(usual), 5)
        end as allowed
    from compared

),

judged as (

    select
        *,
        case
            when earlier < 3 then 'too_few_to_tell'
            when measured is null then 'as_usual'
            when measured > usual + allowed then 'higher'
            when measured < usual - allowed then 'lower'
            else 'as_usual'
        end as state
    from bounded

)

select
    concat_ws('/', subject, provider_code, table_name, as_of_date, measure, field) as anomaly_key,
    subject,
    provider_code,
    table_name,
    as_of_date,
    measure,
    field,
    measured,
    earlier as deliveries_before,
    is_seasonal,
    case when earlier >= 3 then usual end as usual,
    case when earlier >= 3 then usual - allowed end as lowest_usual,
    case when earlier >= 3 then usual + allowed end as highest_usual,
    state,
    state in ('higher', 'lower') as is_flagged,
    case
        when state = 'too_few_to_tell' then 'Only ' || earlier || ' earlier: too few to tell'
        when state in ('higher', 'lower') then
            concat(
                round(measured, 3), ' where ', round(usual, 3), ' is usual (',
                round(greatest(usual - allowed, 0), 3), ' to ', round(usual + allowed, 3), ' in the ',
                case when is_seasonal then 'same month of ' || earlier || ' years' else 'last ' || earlier || ' deliveries' end,
                ')'
            )
    end as why
from judged

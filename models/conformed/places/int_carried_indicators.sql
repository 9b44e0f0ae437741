-- int_carried_indicators.sql
-- One row an area of the current vintage, indicator and period: figures for older areas carried over.
with

reported as (

    select * from {{ ref('int_area_indicators') }}

),

changes as (

    select * from {{ ref('int_area_changes') }}

),

areas as (

    select * from {{ ref('int_areas') }}
    where is_current_vintage

),

current_figures as (

    select
        reported.lsoa_code,
        reported.indicator_code,
        reported.period,
        reported.value,
        'as_reported' as method,
        1.0::double as coverage_share,
        reported.vintage as source_vintage,
        reported.provider_code,
        reported.extract_id,
        reported.as_of_date
    from reported
    inner join areas on reported.lsoa_code = areas.lsoa_code and reported.vintage = areas.vintage

),

-- A count goes with the ground; of an average each part has its say by its share of the new area, which for a median is
-- an approximation.
carried_figures as (

    select
        changes.to_code as lsoa_code,
        reported.indicator_code,
        reported.period,
        case reported.aggregation
            when 'sum' then sum(reported.value * changes.share_of_from)
            when 'mean' then sum(reported.value * changes.share_of_to) / sum(changes.share_of_to)
            when 'min' then min(reported.value)
            when 'max' then max(reported.value)
        end as value,
        case
            when bool_and(changes.change = 'unchanged') then 'as_reported'
            when reported.aggregation = 'sum' then 'apportioned'
            when reported.aggregation = 'mean' then 'weighted'
            else 'extreme'
        end as method,
        least(sum(changes.share_of_to), 1.0) as coverage_share,
        reported.vintage as source_vintage,
        max_by(reported.provider_code, (reported.as_of_date, reported.extract_id)) as provider_code,
        max_by(reported.extract_id, (reported.as_of_date, reported.extract_id)) as extract_id,
        max(reported.as_of_date) as as_of_date
    from reported
    inner join changes on reported.lsoa_code = changes.from_code and reported.vintage = changes.from_vintage
    group by changes.to_code, reported.indicator_code, reported.period, reported.aggregation, reported.vintage

),

figures as (

    select * from current_figures
    union all by name
    select * from carried_figures

)

-- Seen: a series that changes over to the new areas and is sent again for years that were reported for the old.
select
    concat_ws('/', lsoa_code, indicator_code, period) as area_indicator_key,
    *
from figures
qualify
    row_number() over (
        partition by lsoa_code, indicator_code, period
        order by as_of_date desc, source_vintage desc
    ) = 1

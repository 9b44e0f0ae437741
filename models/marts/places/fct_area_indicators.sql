-- fct_area_indicators.sql
-- One row a small area of the current vintage, indicator and period.
with

figures as (

    select * from {{ ref('int_carried_indicators') }}

),

areas as (

    select * from {{ ref('dim_area') }}
    where is_current_vintage

),

indicators as (

    select * from {{ ref('indicators') }}

)

select
    figures.area_indicator_key,
    areas.area_key,
    areas.lsoa_code,
    areas.msoa_code,
    areas.borough_code,
    figures.indicator_code,
    indicators.label as indicator_label,
    indicators.unit,
    indicators.aggregation,
    figures.period,
    round(figures.value, 9) as value,
    figures.method,
    round(figures.coverage_share, 6) as coverage_share,
    figures.source_vintage,
    figures.provider_code,
    figures.extract_id,
    figures.as_of_date
from figures
inner join areas on figures.lsoa_code = areas.lsoa_code
inner join indicators on figures.indicator_code = indicators.indicator_code

-- int_area_indicators.sql
-- One row an area of the vintage that was reported for, indicator and period: the newest figure, as reported.
with

indicators as (

    select * from {{ ref('stg_area_indicators') }}
    where value is not null

),

vintages as (

    select * from {{ ref('int_indicator_vintages') }}

),

areas as (

    select * from {{ ref('int_areas') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

codes as (

    select * from {{ ref('indicators') }}

),

known as (

    select
        indicators.area_code as lsoa_code,
        vintages.vintage,
        indicators.indicator_code,
        indicators.period,
        indicators.value,
        codes.aggregation,
        indicators.provider_code,
        indicators.extract_id,
        indicators.row_number,
        indicators.position,
        extracts.as_of_date,
        extracts.landed_at
    from indicators
    inner join vintages on indicators.extract_id = vintages.extract_id
    inner join areas on indicators.area_code = areas.lsoa_code and vintages.vintage = areas.vintage
    inner join codes on indicators.indicator_code = codes.indicator_code
    inner join extracts on indicators.extract_id = extracts.extract_id

)

-- Seen: deliveries of ten years each that overlap in nine.
select
    concat_ws('/', vintage, lsoa_code, indicator_code, period) as reported_indicator_key,
    * exclude (landed_at)
from known
qualify
    row_number() over (
        partition by lsoa_code, vintage, indicator_code, period
        order by as_of_date desc, landed_at desc, extract_id desc, row_number desc, position desc
    ) = 1

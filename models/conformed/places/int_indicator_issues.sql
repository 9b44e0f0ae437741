-- int_indicator_issues.sql
-- One row an area code or indicator code of a delivery that is in no list of the city.
with

indicators as (

    select * from {{ ref('stg_area_indicators') }}

),

vintages as (

    select * from {{ ref('int_indicator_vintages') }}

),

areas as (

    select * from {{ ref('int_areas') }}

),

codes as (

    select * from {{ ref('indicators') }}

),

records as (

    select
        indicators.provider_code,
        indicators.extract_id,
        indicators.row_number,
        indicators.line_number,
        indicators.area_code,
        vintages.vintage
    from indicators
    left join vintages on indicators.extract_id = vintages.extract_id
    where indicators.area_code is not null
    group by all

),

strangers as (

    select
        records.*,
        count(*) over (partition by extract_id) as strangers,
        row_number() over (partition by extract_id order by row_number) as stranger_number
    from records
    anti join areas on records.area_code = areas.lsoa_code and records.vintage = areas.vintage

),

-- A file of the whole country is no thousand mistakes: it is told of once.
unknown_areas as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        'area_code' as field,
        'area_unknown' as issue_type,
        case when strangers > 100 then area_code || ' and ' || (strangers - 1) || ' more' else area_code end
            as value_as_sent
    from strangers
    where strangers <= 100 or stranger_number = 1

),

-- A code that no list knows is one issue, however many areas it was sent for.
unknown_indicators as (

    select
        provider_code,
        extract_id,
        min(row_number) as row_number,
        min(line_number) as line_number,
        'indicator' as field,
        'code_unknown' as issue_type,
        indicators.indicator_code as value_as_sent
    from indicators
    anti join codes on indicators.indicator_code = codes.indicator_code
    where indicators.indicator_code is not null
    group by provider_code, extract_id, indicators.indicator_code

)

select
    'area_indicators' as subject,
    *
from unknown_areas
union all
select
    'area_indicators' as subject,
    *
from unknown_indicators

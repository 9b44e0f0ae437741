-- int_indicator_vintages.sql
-- One row a delivery of area indicators: which vintage of areas its codes belong to.
with

indicators as (

    select distinct
        extract_id,
        area_code
    from {{ ref('stg_area_indicators') }}

),

areas as (

    select * from {{ ref('int_areas') }}

),

columns as (

    select
        extract_id,
        2000 + try_cast(regexp_extract(source_column, '(?i)(\d{2})cd$', 1) as integer) as named_vintage
    from {{ ref('extract_columns') }}
    where subject = 'area_indicators' and field = 'area_code' and status = 'mapped'

),

fits as (

    select
        indicators.extract_id,
        areas.vintage,
        count(*) as known_areas
    from indicators
    inner join areas on indicators.area_code = areas.lsoa_code
    group by indicators.extract_id, areas.vintage

)

-- Most codes are those of several vintages: where two fit as well, the name of the column decides.
select
    fits.extract_id,
    fits.vintage,
    fits.known_areas
from fits
left join columns on fits.extract_id = columns.extract_id
qualify
    row_number() over (
        partition by fits.extract_id
        order by
            fits.known_areas desc,
            coalesce(fits.vintage = columns.named_vintage, false) desc,
            fits.vintage desc
    ) = 1

-- Who asks: an analyst who wants one measure for all boroughs, with its period and how it was carried to today's areas.
-- Not to be used for: adding up medians or means; `aggregation` says which measures add up.
select
    dim_borough.borough_name,
    fct_area_indicators.indicator_code,
    fct_area_indicators.period,
    fct_area_indicators.method,
    fct_area_indicators.aggregation,
    count(*) as areas,
    sum(fct_area_indicators.value) as total,
    avg(fct_area_indicators.value) as mean_of_areas
from marts.fct_area_indicators
inner join marts.dim_borough on fct_area_indicators.borough_code = dim_borough.borough_code
group by all
order by fct_area_indicators.indicator_code, fct_area_indicators.period, dim_borough.borough_name

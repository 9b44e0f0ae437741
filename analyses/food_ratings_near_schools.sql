-- Who asks: a public health team: food businesses within 400 metres of a school, and how they are rated.
-- Not to be used for: comparing schools. The distance is as the crow flies, from the gazetteer's points.
with

schools as (

    select
        uprn,
        borough_code,
        coalesce(organisation, geographic_address) as school,
        easting,
        northing
    from marts.dim_property
    where classification_code like 'CE%' and status = 'live' and not is_shell

),

food as (

    select
        ratings.uprn,
        ratings.rating_value,
        dim_property.easting,
        dim_property.northing
    from marts.fct_food_ratings as ratings
    inner join marts.dim_property on ratings.uprn = dim_property.uprn

)

select
    schools.borough_code,
    schools.school,
    count(*) as food_businesses,
    count(*) filter (food.rating_value in ('0', '1', '2')) as rated_below_3,
    min(food.rating_value) as lowest_rating
from schools
inner join food
    on
        food.easting between schools.easting - 400 and schools.easting + 400
        and food.northing between schools.northing - 400 and schools.northing + 400
        and sqrt(power(food.easting - schools.easting, 2) + power(food.northing - schools.northing, 2)) <= 400
group by schools.borough_code, schools.school, schools.uprn
order by rated_below_3 desc, schools.school asc

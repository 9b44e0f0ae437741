-- Streets lie side by side across each area's ground, postcodes along them.
create or replace table plots_wanted as
select ceil(getvariable('properties') / 1.9)::bigint as plots, (select count(*) from areas) as areas;

create or replace table street_plan as
with numbered as (
    select
        area_number,
        street_number,
        row_number() over (order by area_number, street_number) - 1 as street_index,
        streets_here
    from (
        select
            area_number,
            greatest(1, ceil((select plots from plots_wanted) / (select areas from plots_wanted) / 18.0))::int as streets_here
        from areas
    ), unnest(range(streets_here)) as numbers (street_number)
)
select
    20000000 + getvariable('borough_number') * 100000 + numbered.street_index as usrn,
    numbered.street_index,
    numbered.area_number,
    numbered.street_number,
    numbered.streets_here,
    areas.* exclude (area_number),
    2 * pi() * u('street_angle', areas.lsoa_code) as angle,
    ground_radius * 0.8 * (2 * (numbered.street_number + 0.5) / numbered.streets_here - 1) as offset_metres
from numbered
inner join areas on numbered.area_number = areas.area_number;

-- A name is used once in a borough, and in many boroughs.
create or replace table streets as
with names as (
    select
        street_name || ' ' || street_type as street_name,
        row_number() over (order by u('street_name', street_name || street_type || getvariable('borough_number')),
            street_name, street_type) - 1 as name_number
    from names_of_streets, types_of_streets
    where street_name <> street_type
)
select
    plan.usrn,
    getvariable('provider_code') as provider_code,
    plan.lsoa_code,
    case when plan.street_index < (select count(*) from names) then names.street_name
        else names.street_name || ' ' || ['North', 'South', 'East', 'West'][1 + plan.street_index % 4] end as street_name,
    case when u('locality', plan.usrn::text) < 0.3 then plan.ward_name end as locality,
    getvariable('post_town') as town_name,
    plan.street_index,
    plan.area_number,
    round(ground_x + cos(angle) * -half - sin(angle) * offset_metres, 1) as x1,
    round(ground_y + sin(angle) * -half + cos(angle) * offset_metres, 1) as y1,
    round(ground_x + cos(angle) * half - sin(angle) * offset_metres, 1) as x2,
    round(ground_y + sin(angle) * half + cos(angle) * offset_metres, 1) as y2,
    getvariable('as_of') - (3650 + n('street_age', plan.usrn::text, 20000))::int as start_date
from (select *, 0.9 * sqrt(greatest(ground_radius * ground_radius - offset_metres * offset_metres, 100)) as half from street_plan) as plan
left join names on plan.street_index % (select count(*) from names) = names.name_number;
drop table street_plan;

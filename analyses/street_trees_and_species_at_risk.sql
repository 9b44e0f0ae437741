-- Who asks: a tree officer: trees for each kilometre of street, and how many are of a genus that a pest or a disease attacks,
-- by ward (by MSOA where the boundaries name no wards).
-- Not to be used for: ranking boroughs. A street is told as the straight line between the two ends that its gazetteer gives, which is
-- too short for a bent one and next to nothing for a loop; where no gazetteer gives ends there is no street_km, and
-- trees_per_square_km is left. Of a street in two wards all of it is counted where its middle lies. At risk is said of the genus.
with

areas as (

    select
        lsoa_code,
        borough_name,
        coalesce(ward_code, msoa_code) as ward_code,
        coalesce(ward_name, msoa_name) as ward_name,
        area_hectares
    from marts.dim_area
    where is_current_vintage

),

wards as (

    select
        borough_name,
        ward_code,
        any_value(ward_name) as ward_name,
        sum(area_hectares) / 100 as square_km
    from areas
    group by borough_name, ward_code

),

-- Road numbers and unofficial names (kinds 3 and 4) are of ground that has an official name too.
streets as (

    select
        areas.ward_code,
        sum(dim_street.straight_length_metres) / 1000 as street_km
    from marts.dim_street
    inner join areas on dim_street.lsoa_code = areas.lsoa_code
    where dim_street.street_record_type in (1, 2)
    group by areas.ward_code

),

-- A list that does not say on what land its trees stand is one of street trees.
trees as (

    select
        areas.ward_code,
        fct_street_trees.genus,
        fct_street_trees.is_at_risk,
        coalesce(fct_street_trees.tree_count, 1) as trees
    from marts.fct_street_trees
    inner join areas on fct_street_trees.lsoa_code = areas.lsoa_code
    where
        fct_street_trees.is_best_source
        and fct_street_trees.is_standing
        and coalesce(fct_street_trees.land_type, 'highway') = 'highway'

),

counted as (

    select
        ward_code,
        sum(trees) as trees,
        sum(trees) filter (where is_at_risk is not null) as trees_of_known_genus,
        coalesce(sum(trees) filter (where is_at_risk), 0) as trees_at_risk
    from trees
    group by ward_code

),

genera as (

    select
        ward_code,
        genus,
        sum(trees) as trees
    from trees
    where is_at_risk
    group by ward_code, genus

),

named as (

    select
        ward_code,
        string_agg(genus || ' ' || trees, ', ' order by trees desc, genus asc) as genera_at_risk
    from genera
    group by ward_code

)

select
    wards.borough_name,
    wards.ward_name,
    counted.trees,
    round(streets.street_km, 1) as street_km,
    round(counted.trees / streets.street_km, 1) as trees_per_street_km,
    round(counted.trees / wards.square_km, 1) as trees_per_square_km,
    counted.trees_at_risk,
    round(100.0 * counted.trees_at_risk / nullif(counted.trees_of_known_genus, 0), 1) as percent_at_risk,
    named.genera_at_risk
from counted
inner join wards on counted.ward_code = wards.ward_code
left join streets on counted.ward_code = streets.ward_code
left join named on counted.ward_code = named.ward_code
order by percent_at_risk desc, wards.borough_name asc, wards.ward_name asc

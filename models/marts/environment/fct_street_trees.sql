-- fct_street_trees.sql
-- One row a tree in the newest list of the authority whose it is.
with

trees as (

    select * from {{ ref('int_street_trees') }}

),

streets as (

    select * from {{ ref('dim_street') }}

),

-- Seen: two streets of one name in a borough. A name tells the street only where there is one.
named_streets as (

    select
        borough_code,
        {{ code_key('street_name') }} as name_key,
        any_value(usrn) as usrn
    from streets
    group by borough_code, name_key
    having count(*) = 1

),

known_streets as (

    select distinct
        borough_code,
        usrn
    from streets

)

select
    trees.tree_key,
    trees.provider_code,
    trees.reported_by_code,
    trees.is_best_source,
    trees.borough_code,
    trees.tree_reference,
    trees.site_name,
    trees.street_name,
    trees.usrn as usrn_as_sent,
    coalesce(known_streets.usrn, named_streets.usrn) as usrn,
    case
        when known_streets.usrn is not null then 'given'
        when named_streets.usrn is not null then 'name'
    end as usrn_method,
    trees.ward_as_sent,
    trees.postcode,
    trees.easting,
    trees.northing,
    trees.longitude,
    trees.latitude,
    trees.location_method,
    trees.area_method,
    trees.lsoa_code,
    trees.msoa_code,
    trees.ward_code,
    trees.located_borough_code,
    trees.land_type,
    trees.maintained_by,
    trees.botanical_name_as_sent as botanical_name,
    trees.common_name_as_sent as common_name,
    trees.genus,
    trees.is_at_risk,
    trees.threats,
    trees.watched_threats,
    trees.age_class,
    trees.condition,
    trees.tree_count,
    trees.height_metres,
    trees.height_band,
    trees.crown_spread_metres,
    trees.crown_spread_band,
    trees.diameter_centimetres,
    trees.diameter_band,
    trees.girth_centimetres,
    trees.amenity_value_amount,
    trees.tree_status,
    trees.is_standing,
    trees.planted_date,
    trees.removed_date,
    trees.inspected_date,
    trees.inspection_due_date,
    trees.last_updated_date,
    trees.as_of_date,
    trees.extract_id,
    trees.row_number,
    trees.line_number
from trees
left join known_streets on trees.borough_code = known_streets.borough_code and trees.usrn = known_streets.usrn
left join named_streets
    on
        trees.borough_code = named_streets.borough_code
        and {{ code_key('trees.street_name') }} = named_streets.name_key

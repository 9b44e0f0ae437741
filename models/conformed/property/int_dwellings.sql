-- int_dwellings.sql
-- One row a dwelling of a gazetteer, with the building that it is in.
with

properties as (

    select * from {{ ref('int_properties') }}

),

classes as (

    select * from {{ ref('blpu_class') }}

),

described as (

    select
        properties.*,
        coalesce(classes.is_residential, false) as is_residential,
        coalesce(properties.is_property_shell, classes.is_shell, false) as is_shell,
        -- flats share a parent, or where that is not given a number, street and postcode
        coalesce(
            properties.parent_uprn::varchar,
            nullif(concat_ws(
                '|',
                properties.postcode, properties.street_description, properties.pao_text,
                properties.pao_start_number, properties.pao_start_suffix
            ), ''),
            properties.uprn::varchar
        ) as building_id
    from properties
    left join classes on properties.blpu_class = classes.code

),

buildings as (

    select
        borough_code,
        building_id,
        count(*) filter (is_residential and not is_shell) as dwellings_in_building,
        bool_or(not is_residential and not is_shell) as is_by_business
    from described
    where property_status is distinct from 'historic'
    group by borough_code, building_id

)

select
    described.uprn,
    described.borough_code,
    described.lsoa_code,
    described.msoa_code,
    described.parent_uprn,
    described.property_start_date as start_date,
    described.property_end_date as end_date,
    coalesce(buildings.dwellings_in_building, 1) as dwellings_in_building,
    coalesce(buildings.is_by_business, false) as is_by_business,
    described.parent_uprn is not null or coalesce(buildings.dwellings_in_building > 1, false) as is_flat
from described
left join buildings
    on described.borough_code = buildings.borough_code and described.building_id = buildings.building_id
where described.is_residential and not described.is_shell

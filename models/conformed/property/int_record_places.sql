-- int_record_places.sql
-- One row a record of a subject that is about a property: its UPRN, its point and the best known areas in which it lies.
with

properties as (

    select * from {{ ref('int_record_properties') }}

),

locations as (

    select * from {{ ref('int_record_locations') }}

),

-- Of what may tell the areas the property is the best, then a point in the borough that reports the record, then a
-- postcode; a point in another borough is better than nothing.
joined as (

    select
        properties.*,
        locations.easting,
        locations.northing,
        locations.longitude,
        locations.latitude,
        locations.lsoa_code as point_lsoa_code,
        locations.msoa_code as point_msoa_code,
        locations.area_method as point_method,
        case
            when properties.area_method = 'property' then 'property'
            when point_lsoa_code is null then properties.area_method
            when properties.area_method = 'postcode' and locations.issue_type = 'coordinate_in_other_borough'
                then 'postcode'
            else 'point'
        end as told_by
    from properties
    left join locations
        on
            properties.subject = locations.subject
            and properties.extract_id = locations.extract_id
            and properties.row_number = locations.row_number

)

select
    subject,
    provider_code,
    extract_id,
    row_number,
    line_number,
    uprn,
    uprn_method,
    borough_code,
    easting,
    northing,
    longitude,
    latitude,
    case when told_by = 'point' then point_lsoa_code else lsoa_code end as lsoa_code,
    case when told_by = 'point' then point_msoa_code else msoa_code end as msoa_code,
    -- A point tells no ward, but the postcode beside it may lie in the same small area.
    case when told_by <> 'point' or point_lsoa_code = lsoa_code then ward_code end as ward_code,
    case when told_by = 'point' then point_method else area_method end as area_method
from joined

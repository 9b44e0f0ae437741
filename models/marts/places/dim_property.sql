-- dim_property.sql
-- One row a property (UPRN) that a gazetteer of the city has ever held, as it was last known.
with

properties as (

    select * from {{ ref('int_properties') }}

),

classes as (

    select * from {{ ref('blpu_class') }}

)

select
    properties.uprn,
    properties.provider_code,
    properties.borough_code,
    properties.property_status as status,
    properties.logical_status,
    properties.blpu_state,
    properties.parent_uprn,
    properties.blpu_class as classification_code,
    classes.label as classification,
    classes.primary_label as classification_primary,
    classes.secondary_label as classification_secondary,
    classes.tertiary_label as classification_tertiary,
    coalesce(classes.is_residential, false) as is_residential,
    coalesce(properties.is_property_shell, classes.is_shell, false) as is_shell,
    properties.postal_address,
    properties.geographic_address,
    properties.organisation,
    properties.sao_text,
    properties.sao_start_number,
    properties.sao_start_suffix,
    properties.sao_end_number,
    properties.sao_end_suffix,
    properties.pao_text,
    properties.pao_start_number,
    properties.pao_start_suffix,
    properties.pao_end_number,
    properties.pao_end_suffix,
    properties.usrn,
    properties.street_description,
    properties.locality,
    properties.town,
    properties.post_town,
    properties.postcode,
    properties.easting,
    properties.northing,
    properties.longitude,
    properties.latitude,
    properties.representative_point,
    properties.lsoa_code,
    properties.msoa_code,
    properties.ward_code,
    properties.area_method,
    properties.property_start_date as start_date,
    properties.property_end_date as end_date,
    properties.first_seen_date,
    properties.last_seen_date,
    properties.valid_from_date as unchanged_since_date,
    properties.extract_id,
    properties.row_number,
    properties.line_number
from properties
left join classes on properties.blpu_class = classes.code

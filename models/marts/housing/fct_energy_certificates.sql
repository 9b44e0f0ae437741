-- fct_energy_certificates.sql
-- One row an energy performance certificate of a dwelling in London.
with

certificates as (

    select * from {{ ref('int_energy_certificates') }}

)

select
    certificate_key,
    provider_code,
    borough_code,
    uprn,
    uprn_method,
    address,
    postcode,
    lsoa_code,
    msoa_code,
    ward_code,
    area_method,
    lmk_key,
    building_reference_number,
    is_latest,
    current_energy_rating,
    potential_energy_rating,
    current_energy_efficiency,
    potential_energy_efficiency,
    property_type,
    built_form,
    construction_age_band,
    inspection_date,
    lodgement_date,
    lodged_at,
    cast(lodgement_date + interval 10 year as date) as valid_until_date,
    transaction_type,
    tenure,
    total_floor_area,
    number_habitable_rooms,
    number_heated_rooms,
    extension_count,
    floor_level,
    main_fuel,
    has_mains_gas,
    energy_consumption_current,
    co2_emissions_current,
    heating_cost_amount,
    hot_water_cost_amount,
    lighting_cost_amount,
    walls_description,
    roof_description,
    windows_description,
    mainheat_description,
    as_of_date,
    extract_id,
    row_number,
    line_number
from certificates

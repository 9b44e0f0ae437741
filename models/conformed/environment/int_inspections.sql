-- int_inspections.sql
-- One row an inspection as last delivered, with the city's codes and its place.
with

newest as (

    {{ newest_by_key(ref('stg_inspections'), 'inspection_reference') }}

),

-- Seen: one visit twice in one export, once before and once after its notice was typed in; the lower line is the later state.
inspections as (

    select * from newest
    qualify
        row_number() over (
            partition by extract_id, coalesce(inspection_reference, record_hash::varchar)
            order by row_number desc
        ) = 1

),

places as (

    select * from {{ ref('int_record_places') }}
    where subject = 'inspections'

),

types as (

    {{ code_map('inspection_type', ref('stg_inspections'), 'inspection_type_as_sent') }}

),

outcomes as (

    {{ code_map('inspection_outcome', ref('stg_inspections'), 'outcome_as_sent') }}

),

hazard_categories as (

    {{ code_map('hazard_category', ref('stg_inspections'), 'hazard_category_as_sent') }}

),

notices as (

    {{ code_map('notice_type', ref('stg_inspections'), 'notice_type_as_sent') }}

)

select
    md5(concat_ws(
        '|',
        inspections.provider_code,
        coalesce(
            inspections.inspection_reference, concat(inspections.extract_id, '|', inspections.row_number)
        )
    )) as inspection_key,
    inspections.provider_code,
    places.borough_code,
    places.uprn,
    places.uprn_method,
    inspections.address,
    inspections.postcode,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    inspections.inspection_reference,
    types.code as inspection_type,
    inspections.inspection_type_as_sent,
    inspections.inspection_date,
    outcomes.code as outcome,
    inspections.outcome_as_sent,
    hazard_categories.code as hazard_category,
    inspections.hazards,
    notices.code as notice_type,
    inspections.notice_type_as_sent,
    inspections.notice_date,
    inspections.due_date,
    inspections.as_of_date,
    inspections.extract_id,
    inspections.row_number,
    inspections.line_number
from inspections
left join places
    on inspections.extract_id = places.extract_id and inspections.row_number = places.row_number
left join types
    on inspections.provider_code = types.provider_code and inspections.inspection_type_as_sent = types.as_sent
left join outcomes
    on inspections.provider_code = outcomes.provider_code and inspections.outcome_as_sent = outcomes.as_sent
left join hazard_categories
    on
        inspections.provider_code = hazard_categories.provider_code
        and inspections.hazard_category_as_sent = hazard_categories.as_sent
left join notices
    on inspections.provider_code = notices.provider_code and inspections.notice_type_as_sent = notices.as_sent

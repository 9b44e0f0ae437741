-- fct_planning_applications.sql
-- One row a planning application as last delivered.
with

applications as (

    select * from {{ ref('int_planning_applications') }}

),

providers as (

    select * from {{ ref('providers') }}

),

locations as (

    select * from {{ ref('int_record_locations') }}
    where subject = 'planning_applications'

)

select
    applications.application_key,
    applications.provider_code,
    case when providers.provider_type = 'london_borough' then providers.gss_code end as borough_code,
    applications.application_reference,
    applications.occurrence as reference_occurrence,
    applications.application_type,
    applications.application_type_code as application_type_as_sent,
    applications.proposal,
    applications.uprn,
    applications.address,
    applications.postcode,
    applications.ward_name,
    locations.easting,
    locations.northing,
    locations.longitude,
    locations.latitude,
    locations.method as location_method,
    locations.area_method,
    locations.lsoa_code,
    locations.msoa_code,
    applications.received_date,
    applications.valid_date,
    applications.decision_date,
    date_diff('day', coalesce(applications.valid_date, applications.received_date), applications.decision_date)
        as days_to_decision,
    applications.decision,
    applications.decision_as_sent,
    applications.status_as_sent as status,
    applications.case_officer,
    applications.as_of_date,
    applications.extract_id,
    applications.row_number,
    applications.line_number
from applications
inner join providers on applications.provider_code = providers.provider_code
left join locations
    on applications.extract_id = locations.extract_id and applications.row_number = locations.row_number

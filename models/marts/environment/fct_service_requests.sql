-- fct_service_requests.sql
-- One row a request as last delivered.
with

requests as (

    select * from {{ ref('int_service_requests') }}

)

select
    request_key,
    provider_code,
    borough_code,
    uprn,
    uprn_method,
    address,
    postcode,
    easting,
    northing,
    lsoa_code,
    msoa_code,
    ward_code,
    area_method,
    request_reference,
    case_reference,
    request_type,
    request_type_as_sent,
    request_subtype,
    contact_channel,
    received_date,
    received_at,
    closed_date,
    date_diff('day', received_date, closed_date) as days_to_close,
    status_as_sent,
    outcome,
    outcome_as_sent,
    land_type,
    load_quantity,
    as_of_date,
    extract_id,
    row_number,
    line_number
from requests

-- int_service_requests.sql
-- One row a request as last delivered, with the city's codes and its place.
with

records as (

    select * from {{ ref('int_service_request_records') }}

),

places as (

    select * from {{ ref('int_record_places') }}
    where subject = 'service_requests'

),

types as (

    {{ code_map('request_type', ref('stg_service_requests'), 'request_type_as_sent') }}

),

outcomes as (

    {{ code_map('request_outcome', ref('stg_service_requests'), 'outcome_as_sent') }}

),

statuses as (

    {{ code_map('request_outcome', ref('stg_service_requests'), 'status_as_sent') }}

),

complaints as (

    select * from records
    where table_name = 'complaint'

),

cases as (

    select * from records
    where table_name = 'request'

),

-- A case that people complained about is as many requests as complaints; one that nobody did, or a request of a system
-- that keeps no cases, is a request of its own.
requests as (

    select
        cases.*,
        cases.extract_id as place_extract_id,
        cases.row_number as place_row_number
    from cases
    anti join complaints
        on cases.provider_code = complaints.provider_code and cases.request_reference = complaints.case_reference
    union all by name
    select
        complaints.* replace (
            coalesce(complaints.request_type_as_sent, cases.request_type_as_sent) as request_type_as_sent,
            coalesce(complaints.request_subtype, cases.request_subtype) as request_subtype,
            coalesce(complaints.contact_channel, cases.contact_channel) as contact_channel,
            coalesce(complaints.address, cases.address) as address,
            coalesce(complaints.postcode, cases.postcode) as postcode,
            coalesce(complaints.closed_date, cases.closed_date) as closed_date,
            coalesce(complaints.fixed_date, cases.fixed_date) as fixed_date,
            coalesce(complaints.status_as_sent, cases.status_as_sent) as status_as_sent,
            coalesce(complaints.outcome_as_sent, cases.outcome_as_sent) as outcome_as_sent
        ),
        coalesce(cases.extract_id, complaints.extract_id) as place_extract_id,
        coalesce(cases.row_number, complaints.row_number) as place_row_number
    from complaints
    left join cases
        on complaints.provider_code = cases.provider_code and complaints.case_reference = cases.request_reference

)

select
    md5(concat_ws(
        '|',
        requests.provider_code,
        requests.table_name,
        coalesce(requests.request_reference, concat(requests.extract_id, '|', requests.row_number))
    )) as request_key,
    requests.provider_code,
    places.borough_code,
    places.uprn,
    places.uprn_method,
    requests.address,
    requests.postcode,
    places.easting,
    places.northing,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    requests.request_reference,
    requests.case_reference,
    types.code as request_type,
    requests.request_type_as_sent,
    requests.request_subtype,
    requests.contact_channel,
    requests.received_date,
    requests.received_at,
    coalesce(requests.closed_date, requests.fixed_date) as closed_date,
    requests.status_as_sent,
    coalesce(outcomes.code, statuses.code) as outcome,
    requests.outcome_as_sent,
    requests.land_type,
    requests.load_quantity,
    requests.as_of_date,
    requests.extract_id,
    requests.row_number,
    requests.line_number
from requests
left join places
    on requests.place_extract_id = places.extract_id and requests.place_row_number = places.row_number
left join types
    on requests.provider_code = types.provider_code and requests.request_type_as_sent = types.as_sent
left join outcomes
    on requests.provider_code = outcomes.provider_code and requests.outcome_as_sent = outcomes.as_sent
left join statuses
    on requests.provider_code = statuses.provider_code and requests.status_as_sent = statuses.as_sent

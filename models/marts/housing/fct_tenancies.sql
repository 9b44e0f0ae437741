-- fct_tenancies.sql
-- One row a tenancy as last delivered.
with

tenancies as (

    select * from {{ ref('int_tenancies') }}

)

select
    tenancy_key,
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
    tenancy_reference,
    property_reference,
    tenure,
    tenure_as_sent,
    tenancy_start_date,
    tenancy_end_date,
    weekly_rent_amount,
    balance_amount,
    household_members,
    bedrooms,
    has_notice_to_quit,
    notice_date,
    has_court_order,
    court_order_date,
    eviction_date,
    is_live,
    as_of_date,
    extract_id,
    row_number,
    line_number
from tenancies

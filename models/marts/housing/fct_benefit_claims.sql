-- fct_benefit_claims.sql
-- One row a claim and what is paid on it (housing benefit, council tax reduction, discretionary payment), as last delivered.
with

claims as (

    select * from {{ ref('int_benefit_claims') }}

)

select
    claim_key,
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
    claim_reference,
    benefit_type,
    benefit_type_as_sent,
    claim_status,
    claim_from_date,
    claim_to_date,
    weekly_amount,
    household_members,
    dependent_children,
    is_shared_accommodation,
    is_live,
    as_of_date,
    extract_id,
    row_number,
    line_number
from claims

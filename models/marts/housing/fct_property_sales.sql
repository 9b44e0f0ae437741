-- fct_property_sales.sql
-- One row a transfer of property in London that the register holds.
with

sales as (

    select * from {{ ref('int_property_sales') }}

)

select
    sale_key,
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
    transaction_reference,
    price_amount,
    transfer_date,
    property_type,
    is_new_build,
    estate_type,
    price_paid_category,
    paon,
    saon,
    street,
    locality,
    town,
    as_of_date,
    extract_id,
    row_number,
    line_number
from sales

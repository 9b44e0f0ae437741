-- market_agreements.sql
-- One row a line of an agreement: which audience may have which product of whom, up to which classification, why and until when.
{{ config(alias='agreements') }}

with

agreements as (

    select * from {{ ref('agreements') }}

)

select
    concat_ws('/', agreement, audience, provider_code, product) as agreement_key,
    agreement,
    audience,
    -- Not `provider_code`: a release would take the line for a row of that provider's data.
    provider_code as whose_rows,
    product,
    classification,
    purpose,
    lawful_basis,
    valid_from,
    valid_to,
    note
from agreements

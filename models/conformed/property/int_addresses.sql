-- int_addresses.sql
-- One row an address as a provider writes it, whichever of its records have it.
with

providers as (

    {{ provider_boroughs() }}

),

records as (

    select * from {{ ref('int_property_records') }}

)

select
    {{ address_key('records.provider_code', 'records.address', 'records.postcode') }} as address_key,
    any_value(records.provider_code) as provider_code,
    any_value(providers.borough_code) as borough_code,
    min(trim(records.address)) as address,
    any_value(records.postcode) as postcode,
    count(*) as records
from records
inner join providers on records.provider_code = providers.provider_code
where trim(records.address) <> ''
group by address_key

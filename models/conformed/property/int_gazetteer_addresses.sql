-- int_gazetteer_addresses.sql
-- One row an address (LPI) that a property has or had, as its borough's gazetteer gave it last.
with

lpis as (

    select * from {{ ref('int_gazetteer_lpis') }}
    qualify row_number() over (partition by provider_code, lpi_key order by valid_from_date desc) = 1

),

streets as (

    select * from {{ ref('int_gazetteer_streets') }}
    qualify row_number() over (partition by provider_code, usrn order by valid_from_date desc, language asc) = 1

),

properties as (

    select * from {{ ref('int_properties') }}

)

select
    lpis.provider_code,
    lpis.lpi_key,
    properties.borough_code,
    lpis.uprn,
    properties.parent_uprn,
    properties.blpu_class,
    lpis.usrn,
    -- nought for the address in force; others only where that one does not fit
    case
        when lpis.valid_until_date is not null or lpis.logical_status = 'historic' then 2
        when lpis.logical_status in ('alternative', 'provisional') then 1
        else 0
    end as status_rank,
    lpis.sao_text,
    lpis.sao_start_number,
    lpis.sao_start_suffix,
    lpis.sao_end_number,
    lpis.sao_end_suffix,
    lpis.pao_text,
    lpis.pao_start_number,
    lpis.pao_start_suffix,
    lpis.pao_end_number,
    lpis.pao_end_suffix,
    coalesce(streets.street_description, lpis.street_description) as street_descriptor,
    coalesce(streets.locality, lpis.locality) as locality,
    coalesce(streets.town, lpis.town) as town_name,
    coalesce(lpis.postcode, properties.postcode) as postcode
from lpis
inner join properties on lpis.uprn = properties.uprn and lpis.provider_code = properties.provider_code
left join streets on lpis.provider_code = streets.provider_code and lpis.usrn = streets.usrn

-- int_gazetteer_addresses.sql
-- One row an address (LPI) that a property has or had, as its borough's gazetteer gave it last.
with

lpis as (

    select
        *,
        case when street_description is null and usrn is null then address_as_sent end as address_line
    from {{ ref('int_gazetteer_lpis') }}
    qualify row_number() over (partition by provider_code, lpi_key order by valid_from_date desc) = 1

),

streets as (

    select * from {{ ref('int_gazetteer_streets') }}
    qualify row_number() over (partition by provider_code, usrn order by valid_from_date desc, language asc) = 1

),

lines as (

    select * from {{ ref('int_gazetteer_address_lines') }}

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
    coalesce(lpis.sao_text, lines.sao_text) as sao_text,
    coalesce(lpis.sao_start_number, lines.sao_start_number) as sao_start_number,
    coalesce(lpis.sao_start_suffix, lines.sao_start_suffix) as sao_start_suffix,
    coalesce(lpis.sao_end_number, lines.sao_end_number) as sao_end_number,
    coalesce(lpis.sao_end_suffix, lines.sao_end_suffix) as sao_end_suffix,
    coalesce(lpis.pao_text, lines.pao_text) as pao_text,
    coalesce(lpis.pao_start_number, lines.pao_start_number) as pao_start_number,
    coalesce(lpis.pao_start_suffix, lines.pao_start_suffix) as pao_start_suffix,
    coalesce(lpis.pao_end_number, lines.pao_end_number) as pao_end_number,
    coalesce(lpis.pao_end_suffix, lines.pao_end_suffix) as pao_end_suffix,
    coalesce(streets.street_description, lpis.street_description, lines.street_description) as street_descriptor,
    coalesce(streets.locality, lpis.locality, lines.locality) as locality,
    coalesce(streets.town, lpis.town, lines.town) as town_name,
    coalesce(lpis.postcode, properties.postcode) as postcode
from lpis
inner join properties on lpis.uprn = properties.uprn and lpis.provider_code = properties.provider_code
left join streets on lpis.provider_code = streets.provider_code and lpis.usrn = streets.usrn
left join lines on lpis.address_line = lines.address_as_sent

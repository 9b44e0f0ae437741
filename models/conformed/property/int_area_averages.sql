-- int_area_averages.sql
-- One row a small area (LSOA): what the services know of its dwellings on average, for a property to stand beside.
with

dwellings as (

    select * from {{ ref('int_dwellings') }}
    where lsoa_code is not null and end_date is null

),

taxation as (

    select * from {{ ref('int_property_taxation') }}

),

occupancy as (

    select * from {{ ref('int_property_occupancy') }}

),

standing as (

    select * from {{ ref('int_property_standing') }}

),

contacts as (

    select * from {{ ref('int_property_contacts') }}

)

select
    dwellings.lsoa_code,
    any_value(dwellings.borough_code) as borough_code,
    count(*) as area_dwellings,
    sum(coalesce(occupancy.electors, 0)) / count(*) as area_electors_a_dwelling,
    100 * sum(coalesce(taxation.council_tax_moves_in_1_year, 0)) / count(*) as area_council_tax_moves_in_100,
    100 * count(*) filter (taxation.council_tax_discount = 'single_person') / count(*) as area_single_person_discounts_in_100,
    100 * count(*) filter (occupancy.live_benefit_claims > 0) / count(*) as area_benefit_claims_in_100,
    100 * sum(coalesce(contacts.service_requests_in_a_year, 0)) / count(*) as area_service_requests_in_100,
    100 * count(*) filter (standing.hmo_licences_in_force > 0) / count(*) as area_hmo_licences_in_100,
    avg(standing.energy_efficiency) as area_energy_efficiency,
    median(standing.last_price_amount) filter (standing.sales_in_5_years > 0) as area_price_amount
from dwellings
left join taxation on dwellings.uprn = taxation.uprn
left join occupancy on dwellings.uprn = occupancy.uprn
left join standing on dwellings.uprn = standing.uprn
left join contacts on dwellings.uprn = contacts.uprn
group by dwellings.lsoa_code

-- property_profile.sql
-- One row a UPRN: what every service knows of the property now, and as of when.
with

properties as (

    select * from {{ ref('dim_property') }}

)

select
    properties.uprn,
    properties.provider_code,
    properties.borough_code,
    properties.lsoa_code,
    properties.msoa_code,
    properties.ward_code,
    properties.postcode,
    properties.status,
    properties.classification_code,
    properties.classification,
    properties.is_residential,
    properties.is_shell,
    properties.parent_uprn,
    coalesce(taxation.live_council_tax_accounts, 0) as live_council_tax_accounts,
    taxation.council_tax_band,
    taxation.council_tax_discount,
    taxation.council_tax_exemption,
    cast(taxation.council_tax_liable_persons as bigint) as council_tax_liable_persons,
    taxation.is_empty_for_council_tax,
    taxation.council_tax_occupied_from_date,
    taxation.council_tax_as_of_date,
    coalesce(taxation.live_business_rates_accounts, 0) as live_business_rates_accounts,
    taxation.rateable_value_amount,
    taxation.business_rates_as_of_date,
    coalesce(occupancy.live_benefit_claims, 0) as live_benefit_claims,
    occupancy.benefit_household_members,
    cast(occupancy.benefit_dependent_children as bigint) as benefit_dependent_children,
    occupancy.is_shared_for_benefit,
    occupancy.benefits_as_of_date,
    coalesce(occupancy.live_tenancies, 0) as live_tenancies,
    occupancy.tenure,
    occupancy.tenancy_start_date,
    occupancy.tenancy_balance_amount,
    cast(occupancy.tenancy_household_members as bigint) as tenancy_household_members,
    occupancy.tenancies_as_of_date,
    coalesce(occupancy.electors, 0) as electors,
    occupancy.elector_surnames,
    occupancy.attainers,
    occupancy.newest_elector_date,
    occupancy.electors_as_of_date,
    coalesce(standing.hmo_licences_in_force, 0) as hmo_licences_in_force,
    standing.hmo_licence_type,
    standing.hmo_licence_status,
    standing.hmo_maximum_persons,
    standing.hmo_licence_expiry_date,
    standing.hmo_licences_as_of_date,
    coalesce(standing.energy_certificates, 0) as energy_certificates,
    standing.energy_rating,
    standing.total_floor_area,
    standing.habitable_rooms,
    standing.energy_certificate_tenure,
    standing.energy_certificate_date,
    coalesce(standing.sales, 0) as sales,
    standing.last_price_amount,
    standing.last_sale_date,
    coalesce(standing.planning_applications, 0) as planning_applications,
    standing.last_planning_decision,
    standing.last_planning_decision_date,
    coalesce(contacts.service_requests_in_a_year, 0) as service_requests_in_a_year,
    coalesce(contacts.noise_requests_in_a_year, 0) as noise_requests_in_a_year,
    coalesce(contacts.waste_requests_in_a_year, 0) as waste_requests_in_a_year,
    coalesce(contacts.housing_requests_in_a_year, 0) as housing_requests_in_a_year,
    contacts.last_service_request_date,
    contacts.service_requests_as_of_date,
    coalesce(contacts.inspections, 0) as inspections,
    contacts.last_inspection_outcome,
    contacts.last_inspection_date,
    contacts.inspections_as_of_date,
    coalesce(contacts.food_businesses, 0) as food_businesses,
    contacts.lowest_food_rating,
    contacts.food_ratings_as_of_date
from properties
left join {{ ref('int_property_taxation') }} as taxation on properties.uprn = taxation.uprn
left join {{ ref('int_property_occupancy') }} as occupancy on properties.uprn = occupancy.uprn
left join {{ ref('int_property_standing') }} as standing on properties.uprn = standing.uprn
left join {{ ref('int_property_contacts') }} as contacts on properties.uprn = contacts.uprn

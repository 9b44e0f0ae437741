-- property_profile.sql
-- One row a UPRN: what every service knows of the property now, and as of when.
with

properties as (

    select * from {{ ref('dim_property') }}

),

-- What nobody has sent for a borough is not known to be none.
known as (

    select
        borough_code,
        max(known_until_date) filter (where subject = 'council_tax') as council_tax_as_of_date,
        max(known_until_date) filter (where subject = 'business_rates') as business_rates_as_of_date,
        max(known_until_date) filter (where subject = 'housing_benefit') as benefits_as_of_date,
        max(known_until_date) filter (where subject = 'tenancies') as tenancies_as_of_date,
        max(known_until_date) filter (where subject = 'electoral_register') as electors_as_of_date,
        max(known_until_date) filter (where subject = 'hmo_licences') as hmo_licences_as_of_date,
        max(known_until_date) filter (where subject = 'energy_certificates') as energy_certificates_as_of_date,
        max(known_until_date) filter (where subject = 'property_sales') as sales_as_of_date,
        max(known_until_date) filter (where subject = 'planning_applications') as planning_as_of_date,
        max(known_until_date) filter (where subject = 'service_requests') as service_requests_as_of_date,
        max(known_until_date) filter (where subject = 'inspections') as inspections_as_of_date,
        max(known_until_date) filter (where subject = 'food_ratings') as food_ratings_as_of_date
    from {{ ref('int_borough_subjects') }}
    group by borough_code

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
    {{ known_count('taxation', 'live_council_tax_accounts', 'council_tax') }},
    taxation.council_tax_band,
    taxation.council_tax_discount,
    taxation.council_tax_exemption,
    cast(taxation.council_tax_liable_persons as bigint) as council_tax_liable_persons,
    taxation.is_empty_for_council_tax,
    taxation.council_tax_occupied_from_date,
    {{ known_count('taxation', 'council_tax_moves_in_1_year', 'council_tax') }},
    {{ known_count('taxation', 'council_tax_moves_in_3_years', 'council_tax') }},
    {{ known_count('taxation', 'council_tax_moves_in_5_years', 'council_tax') }},
    known.council_tax_as_of_date,
    {{ known_count('taxation', 'live_business_rates_accounts', 'business_rates') }},
    taxation.rateable_value_amount,
    known.business_rates_as_of_date,
    {{ known_count('occupancy', 'live_benefit_claims', 'benefits') }},
    occupancy.benefit_household_members,
    cast(occupancy.benefit_dependent_children as bigint) as benefit_dependent_children,
    occupancy.is_shared_for_benefit,
    known.benefits_as_of_date,
    {{ known_count('occupancy', 'live_tenancies', 'tenancies') }},
    occupancy.tenure,
    occupancy.tenancy_start_date,
    occupancy.tenancy_balance_amount,
    cast(occupancy.tenancy_household_members as bigint) as tenancy_household_members,
    known.tenancies_as_of_date,
    {{ known_count('occupancy', 'electors', 'electors') }},
    occupancy.elector_surnames,
    occupancy.attainers,
    occupancy.newest_elector_date,
    known.electors_as_of_date,
    {{ known_count('standing', 'hmo_licences_in_force', 'hmo_licences') }},
    standing.hmo_licence_type,
    standing.hmo_licence_status,
    standing.hmo_maximum_persons,
    standing.hmo_licence_expiry_date,
    known.hmo_licences_as_of_date,
    {{ known_count('standing', 'energy_certificates', 'energy_certificates') }},
    standing.energy_rating,
    standing.energy_efficiency,
    standing.total_floor_area,
    standing.habitable_rooms,
    standing.energy_certificate_tenure,
    standing.energy_certificate_date,
    known.energy_certificates_as_of_date,
    {{ known_count('standing', 'sales', 'sales') }},
    standing.last_price_amount,
    standing.last_sale_date,
    {{ known_count('standing', 'sales_in_5_years', 'sales') }},
    known.sales_as_of_date,
    {{ known_count('standing', 'planning_applications', 'planning') }},
    standing.last_planning_decision,
    standing.last_planning_decision_date,
    {{ known_count('standing', 'planning_refusals', 'planning') }},
    known.planning_as_of_date,
    {{ known_count('contacts', 'service_requests_in_a_year', 'service_requests') }},
    {{ known_count('contacts', 'noise_requests_in_a_year', 'service_requests') }},
    {{ known_count('contacts', 'waste_requests_in_a_year', 'service_requests') }},
    {{ known_count('contacts', 'housing_requests_in_a_year', 'service_requests') }},
    {{ known_count('contacts', 'unlicensed_reports_in_a_year', 'service_requests') }},
    {{ known_count('contacts', 'pest_requests_in_a_year', 'service_requests') }},
    {{ known_count('contacts', 'antisocial_requests_in_a_year', 'service_requests') }},
    contacts.last_service_request_date,
    known.service_requests_as_of_date,
    {{ known_count('contacts', 'inspections', 'inspections') }},
    contacts.last_inspection_outcome,
    contacts.last_inspection_date,
    contacts.last_hazard_category,
    {{ known_count('contacts', 'notices', 'inspections') }},
    known.inspections_as_of_date,
    {{ known_count('contacts', 'food_businesses', 'food_ratings') }},
    contacts.lowest_food_rating,
    known.food_ratings_as_of_date,
    -- what is usual near by: of the same days
    averages.area_dwellings,
    {% for average, service in [
        ('area_electors_a_dwelling', 'electors'),
        ('area_council_tax_moves_in_100', 'council_tax'),
        ('area_single_person_discounts_in_100', 'council_tax'),
        ('area_benefit_claims_in_100', 'benefits'),
        ('area_service_requests_in_100', 'service_requests'),
        ('area_hmo_licences_in_100', 'hmo_licences'),
        ('area_energy_efficiency', 'energy_certificates'),
        ('area_price_amount', 'sales'),
    ] %}
case when known.{{ service }}_as_of_date is not null then averages.{{ average }} end as {{ average }}{{ ',' if not loop.last }}
{% endfor %}
from properties
left join known on properties.borough_code = known.borough_code
left join {{ ref('int_property_taxation') }} as taxation on properties.uprn = taxation.uprn
left join {{ ref('int_property_occupancy') }} as occupancy on properties.uprn = occupancy.uprn
left join {{ ref('int_property_standing') }} as standing on properties.uprn = standing.uprn
left join {{ ref('int_property_contacts') }} as contacts on properties.uprn = contacts.uprn
left join {{ ref('int_area_averages') }} as averages on properties.lsoa_code = averages.lsoa_code

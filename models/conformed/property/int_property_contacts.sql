-- int_property_contacts.sql
-- One row a UPRN that was complained of, inspected or rated: the last twelve months of its borough's deliveries.
with

requests as (

    select
        *,
        max(as_of_date) over (partition by provider_code) as known_until
    from {{ ref('int_service_requests') }}

),

recent_requests as (

    select
        uprn,
        count(*) as service_requests_in_a_year,
        count(*) filter (where request_type = 'noise') as noise_requests_in_a_year,
        count(*) filter (where request_type in ('waste', 'fly_tipping')) as waste_requests_in_a_year,
        count(*) filter (where request_type = 'housing_conditions') as housing_requests_in_a_year,
        count(*) filter (where request_type = 'unlicensed_property') as unlicensed_reports_in_a_year,
        count(*) filter (where request_type = 'pests') as pest_requests_in_a_year,
        count(*) filter (where request_type = 'antisocial_behaviour') as antisocial_requests_in_a_year,
        max(received_date) as last_service_request_date
    from requests
    where uprn is not null and received_date > known_until - interval 1 year
    group by uprn

),

inspections as (

    select
        uprn,
        count(*) as inspections,
        max_by(outcome, (inspection_date, inspection_key)) as last_inspection_outcome,
        max(inspection_date) as last_inspection_date,
        max_by(hazard_category, (inspection_date, inspection_key)) filter (where hazard_category is not null)
            as last_hazard_category,
        count(*) filter (where notice_type is not null) as notices
    from {{ ref('int_inspections') }}
    where uprn is not null
    group by uprn

),

ratings as (

    select
        uprn,
        count(*) as food_businesses,
        min(rating_value) as lowest_food_rating
    from {{ ref('int_food_ratings') }}
    where uprn is not null
    group by uprn

),

known as (

    select uprn from recent_requests
    union
    select uprn from inspections
    union
    select uprn from ratings

)

select
    known.uprn,
    recent_requests.* exclude (uprn),
    inspections.* exclude (uprn),
    ratings.* exclude (uprn)
from known
left join recent_requests on known.uprn = recent_requests.uprn
left join inspections on known.uprn = inspections.uprn
left join ratings on known.uprn = ratings.uprn

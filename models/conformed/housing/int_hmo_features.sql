-- int_hmo_features.sql
-- One row a dwelling and day of int_hmo_standing: what the services knew of it by that day. Nothing that bears a later date
-- has a say.
with

days as (

    select * from {{ ref('int_hmo_standing') }}

),

dwellings as (

    select * from {{ ref('int_dwellings') }}

),

requests as (

    select * from {{ ref('int_hmo_complaints') }}

),

surroundings as (

    select * from {{ ref('int_hmo_surroundings') }}

),

stays as (

    select
        days.uprn,
        days.seen_on_date,
        count(*) filter ({{ within('occupied_from_date', 1) }}) as moves_in_1_year,
        count(*) filter (coalesce(records.vacated_date > days.seen_on_date, true)) as accounts_at_once,
        min(date_diff('day', records.occupied_from_date, days.seen_on_date)) / 365.25 as years_since_move
    from days
    inner join {{ ref('int_council_tax_accounts') }} as records
        on
            days.uprn = records.uprn
            and days.seen_on_date >= records.occupied_from_date
            and not coalesce(records.is_property_deleted, false)
    group by days.uprn, days.seen_on_date

),

claims as (

    select
        days.uprn,
        days.seen_on_date,
        -- a claim has a row for each benefit in it
        count(distinct coalesce(records.claim_reference, records.claim_key)) as claims_at_once,
        count(distinct coalesce(records.claim_reference, records.claim_key)) filter (records.is_shared_accommodation)
            as shared_claims
    from days
    inner join {{ ref('int_benefit_claims') }} as records
        on
            days.uprn = records.uprn
            and days.seen_on_date >= records.claim_from_date
            and coalesce(days.seen_on_date < records.claim_to_date, true)
    group by days.uprn, days.seen_on_date

),

tenancies as (

    select distinct
        days.uprn,
        days.seen_on_date,
        1 as is_social_tenancy
    from days
    inner join {{ ref('int_tenancies') }} as records
        on
            days.uprn = records.uprn
            and days.seen_on_date >= records.tenancy_start_date
            and coalesce(days.seen_on_date < records.tenancy_end_date, true)

),

certificates as (

    select
        days.uprn,
        days.seen_on_date,
        1 as has_certificate,
        max_by(records.number_habitable_rooms, (records.lodgement_date, records.certificate_key)) as habitable_rooms,
        max_by(records.current_energy_efficiency, (records.lodgement_date, records.certificate_key)) as energy_efficiency,
        max(case when records.transaction_type in ('rental', 'private_rental') then 1 else 0 end) as is_certified_to_let
    from days
    inner join {{ ref('int_energy_certificates') }} as records
        on days.uprn = records.uprn and days.seen_on_date >= records.lodgement_date
    group by days.uprn, days.seen_on_date

),

sales as (

    select
        days.uprn,
        days.seen_on_date,
        min(date_diff('day', records.transfer_date, days.seen_on_date)) / 365.25 as years_since_sale
    from days
    inner join {{ ref('int_property_sales') }} as records
        on days.uprn = records.uprn and days.seen_on_date >= records.transfer_date
    group by days.uprn, days.seen_on_date

),

applications as (

    select
        days.uprn,
        days.seen_on_date,
        count(*) as planning_applications
    from days
    inner join {{ ref('int_record_properties') }} as places on days.uprn = places.uprn
    inner join {{ ref('int_planning_applications') }} as records
        on places.extract_id = records.extract_id and places.row_number = records.row_number and {{ within('received_date', 5) }}
    group by days.uprn, days.seen_on_date

)

select
    days.dwelling_day_key,
    days.uprn,
    days.borough_code,
    days.lsoa_code,
    days.msoa_code,
    days.seen_on_date,
    days.is_today,
    days.standing,
    days.has_outcome,
    days.is_found_by_visit,
    {% for feature in ['unlicensed_reports', 'housing_requests', 'noise_requests', 'waste_requests', 'nuisance_requests', 'requests_before'] %}
    coalesce(requests.{{ feature }}, 0) as {{ feature }},
    {% endfor %}
    {% for feature in ['moves_in_1_year', 'accounts_at_once'] %}
    coalesce(stays.{{ feature }}, 0) as {{ feature }},
    {% endfor %}
    least(greatest(stays.years_since_move, 0), 20) as years_since_move,
    coalesce(claims.claims_at_once, 0) as claims_at_once,
    coalesce(claims.shared_claims, 0) as shared_claims,
    coalesce(tenancies.is_social_tenancy, 0) as is_social_tenancy,
    least(certificates.habitable_rooms, 20) as habitable_rooms,
    certificates.energy_efficiency,
    coalesce(certificates.has_certificate, 0) as has_certificate,
    coalesce(certificates.is_certified_to_let, 0) as is_certified_to_let,
    least(sales.years_since_sale, 30) as years_since_sale,
    coalesce(applications.planning_applications, 0) as planning_applications,
    days.visits_before,
    dwellings.is_flat::integer as is_flat,
    least(dwellings.dwellings_in_building, 200) as dwellings_in_building,
    dwellings.is_by_business::integer as is_by_business,
    surroundings.licences / surroundings.dwellings as licences_nearby,
    -- without its own
    (surroundings.requests - coalesce(requests.requests, 0)) / surroundings.dwellings as requests_nearby
from days
inner join dwellings on days.uprn = dwellings.uprn
left join requests on days.uprn = requests.uprn and days.seen_on_date = requests.seen_on_date
left join stays on days.uprn = stays.uprn and days.seen_on_date = stays.seen_on_date
left join claims on days.uprn = claims.uprn and days.seen_on_date = claims.seen_on_date
left join tenancies on days.uprn = tenancies.uprn and days.seen_on_date = tenancies.seen_on_date
left join certificates on days.uprn = certificates.uprn and days.seen_on_date = certificates.seen_on_date
left join sales on days.uprn = sales.uprn and days.seen_on_date = sales.seen_on_date
left join applications on days.uprn = applications.uprn and days.seen_on_date = applications.seen_on_date
left join surroundings
    on days.lsoa_code is not distinct from surroundings.lsoa_code and days.seen_on_date = surroundings.seen_on_date

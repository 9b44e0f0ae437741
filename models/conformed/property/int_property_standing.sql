-- int_property_standing.sql
-- One row a UPRN with a licence, an energy certificate, a sale or a planning application: the newest of each.
with

licences as (

    select
        uprn,
        count(*) filter (where is_current) as hmo_licences_in_force,
        max_by(licence_type, (is_current, licence_start_date, licence_key)) as hmo_licence_type,
        max_by(licence_status, (is_current, licence_start_date, licence_key)) as hmo_licence_status,
        max_by(maximum_persons, (is_current, licence_start_date, licence_key)) as hmo_maximum_persons,
        max_by(licence_expiry_date, (is_current, licence_start_date, licence_key)) as hmo_licence_expiry_date
    from {{ ref('int_hmo_licences') }}
    where uprn is not null
    group by uprn

),

certificates as (

    select
        uprn,
        count(*) as energy_certificates,
        max_by(current_energy_rating, (lodgement_date, certificate_key)) as energy_rating,
        max_by(total_floor_area, (lodgement_date, certificate_key)) as total_floor_area,
        max_by(number_habitable_rooms, (lodgement_date, certificate_key)) as habitable_rooms,
        max_by(tenure, (lodgement_date, certificate_key)) as energy_certificate_tenure,
        max_by(current_energy_efficiency, (lodgement_date, certificate_key)) as energy_efficiency,
        max(lodgement_date) as energy_certificate_date
    from {{ ref('int_energy_certificates') }}
    where uprn is not null
    group by uprn

),

sales as (

    select
        uprn,
        count(*) as sales,
        max_by(price_amount, (transfer_date, sale_key)) as last_price_amount,
        max(transfer_date) as last_sale_date,
        count(*) filter (where transfer_date > as_of_date - interval 5 year) as sales_in_5_years
    from {{ ref('int_property_sales') }}
    where uprn is not null
    group by uprn

),

applications as (

    select
        record_properties.uprn,
        count(*) as planning_applications,
        max_by(applications.decision, (applications.decision_date, applications.application_key))
        filter (where applications.decision is not null) as last_planning_decision,
        max(applications.decision_date) as last_planning_decision_date,
        count(*) filter (where applications.decision = 'refused') as planning_refusals
    from {{ ref('int_planning_applications') }} as applications
    inner join {{ ref('int_record_properties') }} as record_properties
        on
            applications.extract_id = record_properties.extract_id
            and applications.row_number = record_properties.row_number
    where record_properties.uprn is not null
    group by record_properties.uprn

),

known as (

    select uprn from licences
    union
    select uprn from certificates
    union
    select uprn from sales
    union
    select uprn from applications

)

select
    known.uprn,
    licences.* exclude (uprn),
    certificates.* exclude (uprn),
    sales.* exclude (uprn),
    applications.* exclude (uprn)
from known
left join licences on known.uprn = licences.uprn
left join certificates on known.uprn = certificates.uprn
left join sales on known.uprn = sales.uprn
left join applications on known.uprn = applications.uprn

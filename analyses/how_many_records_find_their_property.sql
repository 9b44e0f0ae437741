-- Who asks: a data officer, and anybody before they count by property: of which records is the property known, and how?
-- Not to be used for: ranking boroughs. Some systems hold UPRNs and others only addresses.
with

records as (

    select
        'council_tax' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_council_tax_accounts
    union all
    select
        'housing_benefit' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_benefit_claims
    union all
    select
        'business_rates' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_business_rates
    union all
    select
        'tenancies' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_tenancies
    union all
    select
        'hmo_licences' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_hmo_licences
    union all
    select
        'service_requests' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_service_requests
    union all
    select
        'inspections' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_inspections
    union all
    select
        'energy_certificates' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_energy_certificates
    union all
    select
        'property_sales' as subject,
        provider_code,
        uprn,
        uprn_method
    from marts.fct_property_sales

)

select
    subject,
    provider_code,
    count(*) as records,
    round(100 * count(*) filter (uprn is not null and uprn_method in ('given', 'decided')) / count(*), 1) as percent_by_uprn_given,
    round(100 * count(*) filter (uprn is not null and uprn_method not in ('given', 'decided')) / count(*), 1) as percent_by_address,
    round(100 * count(*) filter (uprn is null) / count(*), 1) as percent_without_property
from records
group by subject, provider_code
order by percent_without_property desc, subject asc, provider_code asc

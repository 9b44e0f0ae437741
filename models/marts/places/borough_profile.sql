-- borough_profile.sql
-- One row a London borough: what the mart knows of it, one figure a subject.
with

boroughs as (

    select * from {{ ref('dim_borough') }}

),

payments as (

    select
        borough_code,
        count(*) as payments,
        cast(sum(net_amount) as decimal(18, 2)) as payments_net_amount,
        count(distinct supplier_key) as suppliers,
        max(as_of_date) as payments_as_of_date
    from {{ ref('fct_payments') }}
    group by borough_code

),

sites as (

    select
        borough_code,
        count(*) as brownfield_sites,
        round(sum(hectares), 4) as brownfield_hectares,
        sum(min_net_dwellings) as brownfield_min_net_dwellings,
        max(as_of_date) as brownfield_as_of_date
    from {{ ref('fct_brownfield_sites') }}
    where is_best_source
    group by borough_code

),

applications as (

    select
        borough_code,
        count(*) as planning_applications,
        count(*) filter (where decision = 'granted') as planning_applications_granted,
        count(*) filter (where decision = 'refused') as planning_applications_refused,
        median(days_to_decision) as median_days_to_decision,
        max(as_of_date) as planning_as_of_date
    from {{ ref('fct_planning_applications') }}
    group by borough_code

),

requests as (

    select
        borough_code,
        count(*) as foi_requests,
        max(as_of_date) as foi_as_of_date
    from {{ ref('fct_foi_requests') }}
    group by borough_code

),

-- The newest period of each; a borough's population is the sum of its areas.
population as (

    select
        borough_code,
        cast(round(sum(value)) as bigint) as population,
        max(period) as population_period
    from {{ ref('fct_area_indicators') }}
    where indicator_code = 'population'
    group by borough_code, period
    qualify row_number() over (partition by borough_code order by period desc) = 1

),

properties as (

    select
        borough_code,
        count(*) filter (where status = 'live' and not is_shell) as properties,
        count(*) filter (where status = 'live' and not is_shell and is_residential) as dwellings,
        sum(live_council_tax_accounts) as live_council_tax_accounts,
        sum(live_benefit_claims) as live_benefit_claims,
        sum(live_tenancies) as live_tenancies,
        sum(hmo_licences_in_force) as hmo_licences_in_force,
        sum(service_requests_in_a_year) as property_requests_in_a_year,
        max(council_tax_as_of_date) as council_tax_as_of_date
    from {{ ref('property_profile') }}
    group by borough_code

),

issues as (

    select
        providers.gss_code as borough_code,
        count(*) filter (where data_issues.severity = 'error') as data_errors,
        count(*) filter (where data_issues.severity = 'repaired') as data_repairs
    from {{ ref('int_data_issues') }} as data_issues
    inner join {{ ref('providers') }} as providers on data_issues.provider_code = providers.provider_code
    where data_issues.is_current
    group by providers.gss_code

)

select
    boroughs.borough_code,
    boroughs.borough_name,
    population.population,
    population.population_period,
    coalesce(payments.payments, 0) as payments,
    payments.payments_net_amount,
    coalesce(payments.suppliers, 0) as suppliers,
    payments.payments_as_of_date,
    coalesce(sites.brownfield_sites, 0) as brownfield_sites,
    sites.brownfield_hectares,
    sites.brownfield_min_net_dwellings,
    sites.brownfield_as_of_date,
    coalesce(applications.planning_applications, 0) as planning_applications,
    coalesce(applications.planning_applications_granted, 0) as planning_applications_granted,
    coalesce(applications.planning_applications_refused, 0) as planning_applications_refused,
    applications.median_days_to_decision,
    applications.planning_as_of_date,
    coalesce(requests.foi_requests, 0) as foi_requests,
    requests.foi_as_of_date,
    coalesce(properties.properties, 0) as properties,
    coalesce(properties.dwellings, 0) as dwellings,
    cast(properties.live_council_tax_accounts as bigint) as live_council_tax_accounts,
    cast(properties.live_benefit_claims as bigint) as live_benefit_claims,
    cast(properties.live_tenancies as bigint) as live_tenancies,
    cast(properties.hmo_licences_in_force as bigint) as hmo_licences_in_force,
    cast(properties.property_requests_in_a_year as bigint) as property_requests_in_a_year,
    properties.council_tax_as_of_date,
    coalesce(issues.data_errors, 0) as data_errors,
    coalesce(issues.data_repairs, 0) as data_repairs
from boroughs
left join population on boroughs.borough_code = population.borough_code
left join payments on boroughs.borough_code = payments.borough_code
left join sites on boroughs.borough_code = sites.borough_code
left join applications on boroughs.borough_code = applications.borough_code
left join requests on boroughs.borough_code = requests.borough_code
left join properties on boroughs.borough_code = properties.borough_code
left join issues on boroughs.borough_code = issues.borough_code

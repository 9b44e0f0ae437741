-- int_property_occupancy.sql
-- One row a UPRN at which a benefit claim, a tenancy or an elector is known: who is known to live there, by number.
with

-- A claim has a row for each benefit in it.
whole_claims as (

    select
        uprn,
        count(*) filter (where is_live) > 0 as is_live,
        max(household_members) filter (where is_live) as household_members,
        max(dependent_children) filter (where is_live) as dependent_children,
        bool_or(is_shared_accommodation) filter (where is_live) as is_shared_accommodation
    from {{ ref('int_benefit_claims') }}
    where uprn is not null
    group by uprn, provider_code, coalesce(claim_reference, claim_key)

),

claims as (

    select
        uprn,
        count(*) filter (where is_live) as live_benefit_claims,
        max(household_members) as benefit_household_members,
        sum(dependent_children) as benefit_dependent_children,
        bool_or(is_shared_accommodation) as is_shared_for_benefit
    from whole_claims
    group by uprn

),

tenancies as (

    select
        uprn,
        count(*) filter (where is_live) as live_tenancies,
        max_by(tenure, (tenancy_start_date, tenancy_key)) filter (where is_live) as tenure,
        max(tenancy_start_date) filter (where is_live) as tenancy_start_date,
        cast(sum(balance_amount) filter (where is_live) as decimal(18, 2)) as tenancy_balance_amount,
        sum(household_members) filter (where is_live) as tenancy_household_members
    from {{ ref('int_tenancies') }}
    where uprn is not null
    group by uprn

),

electors as (

    select
        uprn,
        electors,
        surnames as elector_surnames,
        attainers,
        newest_registered_date as newest_elector_date
    from {{ ref('int_property_electors') }}

),

known as (

    select uprn from claims
    union
    select uprn from tenancies
    union
    select uprn from electors

)

select
    known.uprn,
    claims.* exclude (uprn),
    tenancies.* exclude (uprn),
    electors.* exclude (uprn)
from known
left join claims on known.uprn = claims.uprn
left join tenancies on known.uprn = tenancies.uprn
left join electors on known.uprn = electors.uprn

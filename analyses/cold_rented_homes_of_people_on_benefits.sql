-- Who asks: a fuel poverty or housing team: let homes rated F or G (which may not be let without an exemption) where benefit is claimed.
-- Not to be used for: acting against a tenant. A certificate is good for ten years, and the home may have been mended since.
select
    dim_borough.borough_name,
    profile.uprn,
    dim_property.geographic_address as address,
    profile.energy_rating,
    profile.energy_certificate_tenure,
    profile.energy_certificate_date,
    profile.live_benefit_claims,
    profile.benefit_household_members,
    profile.benefit_dependent_children,
    profile.benefits_as_of_date
from marts.property_profile as profile
inner join marts.dim_property on profile.uprn = dim_property.uprn
inner join marts.dim_borough on profile.borough_code = dim_borough.borough_code
where
    profile.energy_rating in ('F', 'G')
    and profile.live_benefit_claims > 0
    and coalesce(profile.live_tenancies, 0) = 0
order by profile.benefit_dependent_children desc nulls last, profile.energy_certificate_date asc, profile.uprn asc

-- Who asks: a revenues team that charges premiums on empty homes, and a housing team that brings them back into use.
-- Not to be used for: a bill. A register may be older than the day somebody left; compare the dates, and write first.
select
    dim_borough.borough_name,
    profile.uprn,
    dim_property.geographic_address as address,
    profile.council_tax_exemption,
    profile.council_tax_discount,
    profile.council_tax_as_of_date,
    profile.electors,
    profile.newest_elector_date,
    profile.live_benefit_claims,
    profile.noise_requests_in_a_year,
    profile.energy_certificate_date
from marts.property_profile as profile
inner join marts.dim_property on profile.uprn = dim_property.uprn
inner join marts.dim_borough on profile.borough_code = dim_borough.borough_code
where
    profile.is_empty_for_council_tax
    and (profile.electors > 0 or profile.live_benefit_claims > 0 or profile.noise_requests_in_a_year > 0)
order by coalesce(profile.electors, 0) + coalesce(profile.live_benefit_claims, 0) desc, profile.uprn

-- Who asks: a planning enforcement team: houses where more live than one household would explain, with waste, and plans refused.
-- Not to be used for: entering a garden. Each of the three signs has many harmless causes; look at a map and write first.
select
    dim_borough.borough_name,
    profile.uprn,
    dim_property.geographic_address as address,
    profile.elector_surnames,
    profile.electors,
    profile.waste_requests_in_a_year,
    profile.planning_refusals,
    profile.live_council_tax_accounts,
    profile.electors_as_of_date
from marts.property_profile as profile
inner join marts.dim_property on profile.uprn = dim_property.uprn
inner join marts.dim_borough on profile.borough_code = dim_borough.borough_code
where
    profile.is_residential
    and profile.parent_uprn is null
    and coalesce(profile.hmo_licences_in_force, 0) = 0
    and 2 <= case when profile.elector_surnames > 2 then 1 else 0 end
    + case when profile.waste_requests_in_a_year > 0 then 1 else 0 end
    + case when profile.planning_refusals > 0 then 1 else 0 end
order by profile.elector_surnames desc nulls last, profile.uprn asc

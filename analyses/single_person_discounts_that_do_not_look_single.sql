-- Who asks: a revenues team that reviews single-person discounts (25 % off where one adult lives).
-- Not to be used for: taking a discount away. Electors stay on a register after they left; students and carers do not count as adults.
select
    dim_borough.borough_name,
    profile.uprn,
    dim_property.geographic_address as address,
    profile.council_tax_occupied_from_date,
    profile.electors,
    profile.elector_surnames,
    profile.newest_elector_date,
    profile.benefit_household_members,
    profile.council_tax_as_of_date,
    profile.electors_as_of_date
from marts.property_profile as profile
inner join marts.dim_property on profile.uprn = dim_property.uprn
inner join marts.dim_borough on profile.borough_code = dim_borough.borough_code
where
    profile.council_tax_discount = 'single_person'
    and profile.live_council_tax_accounts = 1
    and (
        profile.electors - coalesce(profile.attainers, 0) > 1
        or profile.benefit_household_members - coalesce(profile.benefit_dependent_children, 0) > 1
    )
order by profile.electors desc, profile.uprn asc

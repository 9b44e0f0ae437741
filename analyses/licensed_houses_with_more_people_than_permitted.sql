-- Who asks: a licensing team that checks whether licensed houses keep to the number of persons that their licence permits.
-- Not to be used for: a penalty. Electors stay on a register after they left, and children are seen by nobody here.
select
    dim_borough.borough_name,
    profile.uprn,
    dim_property.geographic_address as address,
    profile.hmo_licence_type,
    profile.hmo_maximum_persons,
    profile.electors,
    profile.benefit_household_members,
    greatest(coalesce(profile.electors, 0), coalesce(profile.benefit_household_members, 0)) as persons_known,
    profile.electors_as_of_date,
    profile.hmo_licences_as_of_date
from marts.property_profile as profile
inner join marts.dim_property on profile.uprn = dim_property.uprn
inner join marts.dim_borough on profile.borough_code = dim_borough.borough_code
where
    profile.hmo_licences_in_force > 0
    and greatest(coalesce(profile.electors, 0), coalesce(profile.benefit_household_members, 0)) > profile.hmo_maximum_persons
order by persons_known - profile.hmo_maximum_persons desc, profile.uprn

-- Who asks: a business rates team that looks for premises in use of which no rates are paid.
-- Not to be used for: a demand. Small premises may be relieved or exempt, and an account may lie under the building's address.
select
    dim_borough.borough_name,
    profile.uprn,
    dim_property.geographic_address as address,
    profile.classification,
    dim_property.organisation,
    profile.food_businesses,
    profile.food_ratings_as_of_date,
    profile.business_rates_as_of_date
from marts.property_profile as profile
inner join marts.dim_property on profile.uprn = dim_property.uprn
inner join marts.dim_borough on profile.borough_code = dim_borough.borough_code
left join marts.property_profile as whole on profile.parent_uprn = whole.uprn
where
    profile.live_business_rates_accounts = 0
    and coalesce(whole.live_business_rates_accounts, 0) = 0
    and profile.status = 'live'
    and not profile.is_shell
    and (profile.food_businesses > 0 or (profile.classification_code[1] = 'C' and profile.live_council_tax_accounts = 0))
order by profile.food_businesses desc, dim_borough.borough_name asc, profile.uprn asc

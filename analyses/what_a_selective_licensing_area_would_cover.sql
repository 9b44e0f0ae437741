-- Who asks: a housing policy team that must show, area by area, why rented homes there should need a licence (Housing Act 2004, Part 3).
-- Not to be used for: the designation itself, which needs a survey; rented homes are only counted where a certificate or claim says so.
with

homes as (

    select
        *,
        energy_certificate_tenure = 'private_rent' or is_shared_for_benefit as is_let
    from marts.property_profile
    where is_residential and not is_shell and status = 'live'

)

select
    dim_borough.borough_name,
    homes.lsoa_code,
    count(*) as homes,
    count(*) filter (homes.is_let) as known_to_be_let,
    count(*) filter (homes.energy_rating in ('F', 'G')) as energy_rating_f_or_g,
    sum(homes.housing_requests_in_a_year) as complaints_about_homes,
    sum(homes.antisocial_requests_in_a_year) as complaints_about_behaviour,
    sum(homes.council_tax_moves_in_1_year) as new_accounts,
    count(*) filter (homes.last_hazard_category = 'category_1') as with_a_grave_hazard,
    count(*) filter (homes.hmo_licences_in_force > 0) as licensed,
    max(homes.service_requests_as_of_date) as as_of_date
from homes
inner join marts.dim_borough on homes.borough_code = dim_borough.borough_code
group by dim_borough.borough_name, homes.lsoa_code
having count(*) >= 20
order by
    (sum(coalesce(homes.housing_requests_in_a_year, 0)) + sum(coalesce(homes.antisocial_requests_in_a_year, 0))) / count(*) desc,
    homes.lsoa_code

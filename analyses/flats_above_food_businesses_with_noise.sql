-- Who asks: an environmental health team: noise complained of in homes of a building with a food business.
-- Not to be used for: closing a kitchen. The noise may be of neighbours; read the complaint.
with

food as (

    select
        dim_property.uprn,
        dim_property.borough_code,
        dim_property.postcode,
        dim_property.street_description,
        dim_property.pao_start_number,
        dim_property.parent_uprn,
        dim_property.organisation,
        profile.lowest_food_rating
    from marts.property_profile as profile
    inner join marts.dim_property on profile.uprn = dim_property.uprn
    where profile.food_businesses > 0

)

select
    food.borough_code,
    homes.geographic_address as home,
    food.organisation as business,
    food.lowest_food_rating,
    profile.noise_requests_in_a_year,
    profile.last_service_request_date,
    profile.service_requests_as_of_date
from food
inner join marts.dim_property as homes
    on
        food.borough_code = homes.borough_code
        and food.uprn <> homes.uprn
        and (
            food.parent_uprn = homes.parent_uprn
            or (
                food.postcode = homes.postcode
                and food.street_description = homes.street_description
                and food.pao_start_number = homes.pao_start_number
            )
        )
inner join marts.property_profile as profile on homes.uprn = profile.uprn
where homes.is_residential and profile.noise_requests_in_a_year > 0
order by profile.noise_requests_in_a_year desc, home asc

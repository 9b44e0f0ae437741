-- Who asks: a licensing team, before a hearing; an environmental health officer, for the worst of them.
-- Not to be used for: saying that the business made the noise. The request is of the flat's or the shop's address, not of who made it.
-- Noise that is complained of at a place that the scheme rates, or at another address of the same street number.
with

food as (

    select
        ratings.establishment_key,
        ratings.business_name,
        ratings.business_type,
        ratings.rating_value,
        ratings.borough_code,
        property.uprn,
        property.parent_uprn,
        property.street_name,
        property.pao_start_number,
        property.pao_start_suffix,
        property.postcode
    from marts.fct_food_ratings as ratings
    inner join marts.dim_property as property on ratings.uprn = property.uprn
    where ratings.business_type in ('restaurant', 'takeaway', 'pub')

),

noise as (

    select
        requests.request_key,
        requests.received_date,
        requests.received_at,
        requests.closed_date,
        property.uprn,
        property.parent_uprn,
        property.borough_code,
        property.street_name,
        property.pao_start_number,
        property.pao_start_suffix,
        property.postcode
    from marts.fct_service_requests as requests
    inner join marts.dim_property as property on requests.uprn = property.uprn
    where requests.request_type = 'noise'

)

select
    food.business_name,
    food.business_type,
    food.rating_value,
    food.street_name,
    food.postcode,
    count(distinct noise.request_key) as noise_requests,
    count(distinct noise.request_key) filter (where hour(noise.received_at) not between 7 and 22) as at_night,
    count(distinct noise.uprn) as addresses_with_noise,
    max(noise.received_date) as newest
from food
inner join noise
    on
        food.borough_code = noise.borough_code
        and (
            food.uprn = noise.uprn
            or food.parent_uprn = noise.parent_uprn
            or (
                food.postcode = noise.postcode
                and food.street_name = noise.street_name
                and food.pao_start_number = noise.pao_start_number
                and food.pao_start_suffix is not distinct from noise.pao_start_suffix
            )
        )
group by all
having noise_requests > 1
order by noise_requests desc, food.business_name asc

-- Who asks: an environmental health team that wants to know whether the noise and waste of a street may come from one house.
-- Not to be used for: blaming a house. What is near is not caused by it.
with

houses as (

    select
        hmo_candidates.uprn,
        hmo_candidates.borough_code,
        hmo_candidates.address,
        hmo_candidates.standing,
        hmo_candidates.rank_in_borough,
        dim_property.easting,
        dim_property.northing
    from marts.hmo_candidates
    inner join marts.dim_property on hmo_candidates.uprn = dim_property.uprn
    where hmo_candidates.standing = 'found' or hmo_candidates.rank_in_borough <= 50

),

complaints as (

    select
        requests.request_key,
        requests.uprn,
        requests.borough_code,
        requests.request_type,
        requests.received_date,
        dim_property.easting,
        dim_property.northing
    from marts.fct_service_requests as requests
    inner join marts.dim_property on requests.uprn = dim_property.uprn
    where
        requests.request_type in ('noise', 'waste', 'fly_tipping', 'pests', 'antisocial_behaviour')
        and requests.received_date > requests.as_of_date - interval 1 year

)

select
    houses.borough_code,
    houses.uprn,
    houses.address,
    houses.standing,
    houses.rank_in_borough,
    count(*) filter (complaints.uprn = houses.uprn) as at_the_house,
    count(*) filter (complaints.uprn <> houses.uprn) as within_50_metres,
    max(complaints.received_date) as last_received_date
from houses
inner join complaints
    on
        houses.borough_code = complaints.borough_code
        and complaints.easting between houses.easting - 50 and houses.easting + 50
        and complaints.northing between houses.northing - 50 and houses.northing + 50
group by all
order by within_50_metres desc, houses.uprn asc
limit 100

-- Who asks: the private housing team that decides which doors to knock on in the next weeks.
-- Not to be used for: any decision about a landlord or tenant. A place on the list is a reason to look, and proves nothing.
select
    dim_borough.borough_name,
    hmo_candidates.rank_in_borough,
    hmo_candidates.address,
    hmo_candidates.postcode,
    round(hmo_candidates.probability, 3) as probability,
    round(hmo_candidates.times_average) as times_average,
    hmo_candidates.reason_1,
    hmo_candidates.reason_2,
    hmo_candidates.reason_3,
    hmo_candidates.known_until_date
from marts.hmo_candidates
inner join marts.dim_borough on hmo_candidates.borough_code = dim_borough.borough_code
where hmo_candidates.standing = 'candidate' and hmo_candidates.rank_in_borough <= 20
order by dim_borough.borough_name, hmo_candidates.rank_in_borough

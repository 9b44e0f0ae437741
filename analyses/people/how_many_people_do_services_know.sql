-- Who asks: a demographer: how many people do services know in each small area, as a check of estimates between two censuses?
-- Not to be used for: a population. It falls short by those whom no service knows, and stays too high by those who left unnoticed.
-- On: the file of the city's analysts (docs/sharing.md).
select
    borough_code,
    lsoa_code,
    count(*) as people,
    -- A band of five years is named by its first.
    count(*) filter (where birth_year_band > year(as_of_date) - 25) as aged_under_25,
    count(*) filter (where birth_year_band <= year(as_of_date) - 70) as aged_65_or_older,
    count(*) filter (where services >= 2) as known_to_two_services
from marts.dim_person
where is_live and lsoa_code is not null
group by borough_code, lsoa_code
order by borough_code asc, lsoa_code asc

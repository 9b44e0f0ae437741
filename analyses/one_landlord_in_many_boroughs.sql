-- Who asks: a licensing team that deals with a landlord whom other boroughs may know too.
-- Not to be used for: naming a landlord. Two people may bear one name: compare addresses with the other borough before anything else.
with

licences as (

    select
        *,
        upper(trim(regexp_replace(regexp_replace(licence_holder_name, '[^A-Za-z0-9 ]', '', 'g'), '\s+', ' ', 'g'))) as holder
    from marts.fct_hmo_licences
    where licence_holder_name is not null and is_current

)

select
    licences.holder,
    count(distinct licences.borough_code) as boroughs,
    count(distinct licences.uprn) as houses,
    count(*) filter (licences.licence_status = 'granted') as licences_granted,
    sum(profile.service_requests_in_a_year) as complaints_in_a_year,
    sum(profile.notices) as notices
from licences
left join marts.property_profile as profile on licences.uprn = profile.uprn
group by licences.holder
having count(*) > 1
order by boroughs desc, houses desc, licences.holder asc
limit 50

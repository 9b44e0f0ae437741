-- Who asks: adult social care and the council's housing service, before either acts on a home that both know.
-- Not to be used for: a decision on a tenancy. Arrears stand in the borough's own file alone (marts.fct_tenancies).
-- On: the file of the city's analysts (docs/sharing.md).
select
    care.borough_code,
    care.ward_code,
    count(distinct care.person_key) as clients,
    count(distinct tenancy.person_key) as in_council_homes,
    round(count(distinct tenancy.person_key) / count(distinct care.person_key), 2) as share
from marts.fct_service_use as care
left join marts.fct_service_use as tenancy
    on care.person_key = tenancy.person_key and tenancy.subject = 'tenancies' and tenancy.is_live
where care.subject = 'adult_social_care' and care.is_live
group by care.borough_code, care.ward_code
order by clients desc, care.borough_code asc, care.ward_code asc

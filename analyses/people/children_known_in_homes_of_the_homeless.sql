-- Who asks: a director of children's services: children whom the service knows, in households that the homelessness service does too.
-- Not to be used for: a judgement on a family. That two records share a home says nothing of who cares for whom.
-- On: the file of the city's analysts (docs/sharing.md).
select
    child.borough_code,
    count(distinct child.person_key) as children,
    count(distinct child.person_key) filter (
        where case_of_home.person_key is not null
    ) as in_homes_of_the_homeless
from marts.fct_service_use as child
left join marts.fct_service_use as case_of_home
    on child.uprn = case_of_home.uprn and case_of_home.subject = 'homelessness'
where child.subject = 'childrens_services'
group by child.borough_code
order by children desc, child.borough_code asc

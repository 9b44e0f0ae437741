-- Who asks: a committee that compares boroughs, by kind of application.
-- Not to be used for: ranking officers. Boroughs that publish decisions without the day of receipt show no days at all.
select
    dim_borough.borough_name,
    fct_planning_applications.application_type,
    count(*) as applications,
    count(*) filter (where fct_planning_applications.decision = 'granted') as granted,
    count(*) filter (where fct_planning_applications.decision = 'refused') as refused,
    median(fct_planning_applications.days_to_decision) as median_days_to_decision
from marts.fct_planning_applications
inner join marts.dim_borough on fct_planning_applications.borough_code = dim_borough.borough_code
group by dim_borough.borough_name, fct_planning_applications.application_type
order by dim_borough.borough_name asc, applications desc

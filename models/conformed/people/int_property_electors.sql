-- int_property_electors.sql
-- One row a UPRN at which electors live: how many, and no word of who.
with

electors as (

    select * from {{ ref('int_electors') }}

)

select
    uprn,
    any_value(borough_code) as borough_code,
    count(*) as electors,
    count(distinct lower(surname)) as surnames,
    count(*) filter (where is_attainer) as attainers,
    max(registered_date) as newest_registered_date,
    max(as_of_date) as as_of_date
from electors
-- An overseas elector's address is where they lived once.
where uprn is not null and is_live and coalesce(franchise not in ('overseas', 'overseas_peer'), true)
group by uprn

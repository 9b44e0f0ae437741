-- int_hmo_complaints.sql
-- One row a dwelling and day of int_hmo_standing of which something was complained of in the three years before.
with

days as (

    select * from {{ ref('int_hmo_standing') }}

)

select
    days.uprn,
    days.seen_on_date,
    count(*) filter (records.request_type = 'unlicensed_property' and {{ within('received_date', 1) }}) as unlicensed_reports,
    count(*) filter (records.request_type = 'housing_conditions' and {{ within('received_date', 1) }}) as housing_requests,
    count(*) filter (records.request_type = 'noise' and {{ within('received_date', 1) }}) as noise_requests,
    count(*) filter (records.request_type in ('waste', 'fly_tipping') and {{ within('received_date', 1) }})
        as waste_requests,
    count(*) filter (
        records.request_type in ('pests', 'antisocial_behaviour') and {{ within('received_date', 1) }}
    ) as nuisance_requests,
    count(*) filter ({{ within('received_date', 1) }}) as requests,
    count(*) filter (not {{ within('received_date', 1) }}) as requests_before
from days
inner join {{ ref('int_service_requests') }} as records
    on days.uprn = records.uprn and {{ within('received_date', 3) }}
group by days.uprn, days.seen_on_date

-- int_hmo_surroundings.sql
-- One row a small area and day of int_hmo_standing: its dwellings, what was complained of, and licences in force.
with

days as (

    select * from {{ ref('int_hmo_standing') }}

),

requests as (

    select * from {{ ref('int_hmo_complaints') }}

),

licences_nearby as (

    select
        days.lsoa_code,
        days.seen_on_date,
        count(distinct records.uprn) as licences
    from (
        select distinct
            lsoa_code,
            seen_on_date
        from days
    ) as days
    inner join {{ ref('int_hmo_licences') }} as records
        on
            days.lsoa_code = records.lsoa_code
            and days.seen_on_date >= records.licence_start_date
            and coalesce(days.seen_on_date <= records.licence_expiry_date, true)
    group by days.lsoa_code, days.seen_on_date

),

areas as (

    select
        days.lsoa_code,
        days.seen_on_date,
        count(*) as dwellings,
        sum(coalesce(requests.requests, 0)) as requests
    from days
    left join requests on days.uprn = requests.uprn and days.seen_on_date = requests.seen_on_date
    group by days.lsoa_code, days.seen_on_date

)

select
    md5(concat_ws('|', areas.lsoa_code, areas.seen_on_date)) as area_day_key,
    areas.lsoa_code,
    areas.seen_on_date,
    areas.dwellings,
    areas.requests,
    coalesce(licences_nearby.licences, 0) as licences
from areas
left join licences_nearby
    on areas.lsoa_code = licences_nearby.lsoa_code and areas.seen_on_date = licences_nearby.seen_on_date

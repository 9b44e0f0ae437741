-- int_hmo_standing.sql
-- One row a dwelling and day of int_hmo_days: whether it is already licensed, exempt, known or visited, and what came to light
-- in the six months after.
with

days as (

    select * from {{ ref('int_hmo_days') }}

),

dwellings as (

    select
        uprn,
        borough_code,
        lsoa_code,
        msoa_code,
        parent_uprn,
        start_date,
        end_date
    from {{ ref('int_dwellings') }}

),

licences as (

    select
        licences.uprn,
        licences.licence_status,
        least(licences.application_date, licences.licence_start_date) as applied_date,
        licences.licence_start_date as from_date,
        licences.licence_expiry_date as to_date
    from {{ ref('int_hmo_licences') }} as licences
    left join {{ ref('licence_type') }} as types on licences.licence_type = types.code
    where licences.uprn is not null and coalesce(types.is_for_hmo, true)

),

visits as (

    select
        inspections.uprn,
        inspections.inspection_date,
        coalesce(outcomes.is_unlicensed_house, false) as is_finding,
        coalesce(inspections.outcome <> 'no_access', true) as is_inside
    from {{ ref('int_inspections') }} as inspections
    left join {{ ref('inspection_type') }} as types on inspections.inspection_type = types.code
    left join {{ ref('inspection_outcome') }} as outcomes on inspections.outcome = outcomes.code
    where inspections.uprn is not null and (types.is_of_housing or outcomes.is_unlicensed_house)

),

seen as (

    select
        dwellings.uprn,
        dwellings.borough_code,
        dwellings.lsoa_code,
        dwellings.msoa_code,
        days.seen_on_date,
        days.is_today,
        days.is_outcome_known,
        days.outcome_until_date
    from dwellings
    inner join days on dwellings.borough_code = days.borough_code
    where
        coalesce(dwellings.start_date <= days.seen_on_date, true)
        and coalesce(dwellings.end_date > days.seen_on_date, true)

),

by_licence as (

    select
        seen.uprn,
        seen.seen_on_date,
        bool_or(
            licences.from_date <= seen.seen_on_date and coalesce(licences.to_date >= seen.seen_on_date, true)
            and licences.licence_status <> 'exempt'
        ) as is_licensed,
        bool_or(
            licences.from_date <= seen.seen_on_date and coalesce(licences.to_date >= seen.seen_on_date, true)
            and licences.licence_status = 'exempt'
        ) as is_exempt,
        bool_or(licences.applied_date <= seen.seen_on_date) as is_known_of,
        min(licences.applied_date) filter (licences.applied_date > seen.seen_on_date) as next_application_date
    from seen
    inner join licences on seen.uprn = licences.uprn
    group by seen.uprn, seen.seen_on_date

),

by_visit as (

    select
        seen.uprn,
        seen.seen_on_date,
        bool_or(visits.is_finding and visits.inspection_date <= seen.seen_on_date) as is_found,
        bool_or(
            visits.is_inside
            and visits.inspection_date <= seen.seen_on_date
            and visits.inspection_date > seen.seen_on_date - interval 1 year
        ) as is_visited,
        count(*) filter (visits.inspection_date <= seen.seen_on_date - interval 1 year) as visits_before,
        min(visits.inspection_date) filter (visits.is_finding and visits.inspection_date > seen.seen_on_date)
            as next_finding_date
    from seen
    inner join visits on seen.uprn = visits.uprn
    group by seen.uprn, seen.seen_on_date

),

standings as (

    select
        seen.*,
        coalesce(by_visit.visits_before, 0) as visits_before,
        case
            when by_licence.is_licensed then 'licensed'
            when by_licence.is_exempt then 'exempt'
            when by_licence.is_known_of then 'applied_or_lapsed'
            when by_visit.is_found then 'found'
            when by_visit.is_visited then 'visited'
            else 'candidate'
        end as standing,
        least(by_licence.next_application_date, by_visit.next_finding_date) as outcome_date,
        by_visit.next_finding_date
    from seen
    left join by_licence on seen.uprn = by_licence.uprn and seen.seen_on_date = by_licence.seen_on_date
    left join by_visit on seen.uprn = by_visit.uprn and seen.seen_on_date = by_visit.seen_on_date

)

select
    md5(concat_ws('|', uprn, seen_on_date)) as dwelling_day_key,
    uprn,
    borough_code,
    lsoa_code,
    msoa_code,
    seen_on_date,
    is_today,
    is_outcome_known,
    standing,
    visits_before,
    case when is_outcome_known then coalesce(outcome_date <= outcome_until_date, false) end as has_outcome,
    case when is_outcome_known then coalesce(next_finding_date <= outcome_until_date, false) end as is_found_by_visit
from standings
where is_today or (is_outcome_known and standing = 'candidate')

-- int_current_extracts.sql
-- One row a delivery of which at least one record counts in the mart, or a refused one that no later delivery made good.
with

extracts as (

    select * from {{ ref('extracts') }}

),

counted as (

    select extract_id from {{ ref('int_payments') }}
    union
    select extract_id from {{ ref('int_brownfield_sites') }}
    union
    select extract_id from {{ ref('int_planning_applications') }}
    union
    select extract_id from {{ ref('int_foi_requests') }}
    union
    select extract_id from {{ ref('int_areas') }}
    union
    select extract_id from {{ ref('int_area_indicators') }}

),

newest_landed as (

    select
        subject,
        provider_code,
        max(as_of_date) as as_of_date
    from extracts
    where is_landed
    group by subject, provider_code

),

still_refused as (

    select extracts.extract_id
    from extracts
    left join newest_landed
        on extracts.subject = newest_landed.subject and extracts.provider_code = newest_landed.provider_code
    where
        extracts.outcome = 'refused'
        and coalesce(extracts.as_of_date > newest_landed.as_of_date, true)

)

select extract_id from counted
union
select extract_id from still_refused

-- A provider's newest snapshot lacks more of the records of the one before than its subject bears (subjects.most_lost). It landed
-- before such a delivery was held, and counts as all there is: if it was cut off or sent for another day, take it back with
-- `citymart withdraw`. One that somebody accepted is not told.
{{ config(severity='warn') }}

with

extracts as (

    select * from {{ ref('extracts') }}

),

tables as (

    select distinct
        extract_id,
        table_name
    from {{ ref('extract_columns') }}

),

subjects as (

    select * from {{ ref('subjects') }}

),

deliveries as (

    select
        extracts.provider_code,
        extracts.subject,
        tables.table_name,
        extracts.as_of_date,
        subjects.most_lost,
        bool_or(extracts.accepted_at is not null) as is_accepted,
        sum(extracts.landed_rows) as records
    from extracts
    inner join tables on extracts.extract_id = tables.extract_id
    inner join subjects on extracts.subject = subjects.subject
    where
        extracts.is_landed
        and subjects.delivery = 'snapshot'
        and subjects.most_lost is not null
        and subjects.lost_within is null
    group by all

),

compared as (

    select
        *,
        lag(records) over of_table as records_before,
        lag(as_of_date) over of_table as as_of_date_before
    from deliveries
    window of_table as (partition by provider_code, subject, table_name order by as_of_date)
    qualify row_number() over (partition by provider_code, subject, table_name order by as_of_date desc) = 1

)

select * from compared
where records_before - records > greatest(most_lost * records_before, 3 * sqrt(records_before)) and not is_accepted
order by all

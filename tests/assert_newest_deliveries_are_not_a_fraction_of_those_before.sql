-- A provider's newest snapshot has less than a tenth of the records of the one before. It counts as all there is: if it was
-- cut off or sent for another day, take it back with `citymart withdraw`.
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
        sum(extracts.landed_rows) as records
    from extracts
    inner join tables on extracts.extract_id = tables.extract_id
    inner join subjects on extracts.subject = subjects.subject
    where extracts.is_landed and subjects.delivery = 'snapshot'
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
where records * 10 < records_before
order by all

-- A provider's newest delivery lacks a required column. What is there is published; add a layout row for the column's name
-- (`citymart layout suggest`), or ask the provider for it.
{{ config(severity='warn') }}

with

columns as (

    select * from {{ ref('extract_columns') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

missing as (

    select
        columns.provider_code,
        columns.subject,
        columns.field as required_field,
        extracts.source_file,
        columns.as_of_date
    from columns
    inner join extracts on columns.extract_id = extracts.extract_id
    where columns.status = 'missing'

),

newest as (

    select
        subject,
        provider_code,
        max(as_of_date) as as_of_date
    from extracts
    where is_landed
    group by subject, provider_code

)

select missing.*
from missing
inner join newest
    on
        missing.subject = newest.subject
        and missing.provider_code = newest.provider_code
        and missing.as_of_date = newest.as_of_date
order by all

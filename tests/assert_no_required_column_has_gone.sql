-- A provider's newest delivery lacks a required column that its deliveries had before. New York lost 75 senior centres
-- that way. Mend: add a layout row for the new name, or take the file back with `citymart withdraw`.
with

columns as (

    select * from {{ ref('extract_columns') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

newest_deliveries as (

    select extract_id from extracts
    where is_landed
    qualify
        row_number() over (
            partition by subject, provider_code
            order by as_of_date desc, landed_at desc, extract_id desc
        ) = 1

),

newest as (

    select columns.*
    from columns
    inner join newest_deliveries on columns.extract_id = newest_deliveries.extract_id

),

gone as (

    select * from newest
    where status = 'missing'

),

there_before as (

    select distinct
        subject,
        provider_code,
        field,
        min(as_of_date) over (partition by subject, provider_code, field) as since
    from columns
    where status = 'mapped'

)

select
    gone.subject,
    gone.provider_code,
    gone.field,
    gone.extract_id,
    extracts.source_file,
    gone.as_of_date,
    there_before.since as there_since
from gone
inner join there_before
    on
        gone.subject = there_before.subject
        and gone.provider_code = there_before.provider_code
        and gone.field = there_before.field
        and gone.as_of_date >= there_before.since
inner join extracts on gone.extract_id = extracts.extract_id

-- int_gazetteer_details.sql
-- One row a detail of a property in a record of its own (organisation, classification, cross reference) and period in which
-- the gazetteer's deliveries gave it alike.
with

staged as (

    select * from {{ ref('stg_gazetteer') }}
    where table_name in ('organisation', 'classification', 'cross_reference')

),

deliveries as (

    select * from {{ ref('int_gazetteer_deliveries') }}
    where is_counted

),

classes as (

    {{ code_map('blpu_class', 'staged', 'blpu_class_as_sent') }}

),

keyed as (

    select
        staged.*,
        case staged.table_name
            when 'organisation' then staged.organisation
            when 'classification' then classes.code
            else staged.cross_reference
        end as detail
    from staged
    left join classes
        on staged.provider_code = classes.provider_code and staged.blpu_class_as_sent = classes.as_sent

),

records as (

    select
        provider_code,
        extract_id,
        row_number,
        table_name || '/' || detail_key as key,
        change_type,
        processing_order,
        hash(uprn, detail, class_scheme, cross_reference_source, start_date, end_date) as content_hash
    from keyed

),

versions as (

    {{ record_versions('records', 'deliveries') }}

)

select
    versions.provider_code,
    keyed.table_name as detail_type,
    keyed.detail_key,
    keyed.uprn,
    versions.valid_from_date,
    versions.valid_until_date,
    keyed.detail,
    coalesce(keyed.class_scheme, keyed.cross_reference_source) as source,
    keyed.start_date,
    keyed.end_date,
    versions.extract_id,
    versions.row_number
from versions
inner join keyed on versions.extract_id = keyed.extract_id and versions.row_number = keyed.row_number

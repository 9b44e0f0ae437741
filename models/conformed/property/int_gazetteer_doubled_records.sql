-- int_gazetteer_doubled_records.sql
-- One row a record of a full supply that another of the same key, further down or later, takes the place of.
with

deliveries as (

    select * from {{ ref('int_gazetteer_deliveries') }}
    where is_counted

),

lpi_records as (

    select * from {{ ref('int_gazetteer_lpi_records') }}

),

staged as (

    select * from {{ ref('stg_gazetteer') }}

),

keyed as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        case when lpi_key is null then 'uprn' else 'lpi_key' end as field,
        'lpi/' || key as key,
        processing_order
    from lpi_records
    union all
    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        'uprn' as field,
        'blpu/' || uprn as key,
        processing_order
    from staged
    where table_name = 'blpu'

)

-- Of two records of one key in a full supply the last counts (see record_versions): here are the others.
-- Seen: the same bytes sent for two months, which double the same record twice.
select distinct
    keyed.provider_code,
    keyed.extract_id,
    keyed.row_number,
    keyed.line_number,
    keyed.field,
    'record_doubled' as issue_type,
    substr(keyed.key, position('/' in keyed.key) + 1) as value_as_sent
from keyed
inner join deliveries on keyed.extract_id = deliveries.extract_id
where deliveries.is_full and keyed.key is not null
qualify
    row_number() over (
        partition by keyed.provider_code, keyed.key, deliveries.as_of_date
        order by
            deliveries.landed_at desc,
            keyed.extract_id desc,
            keyed.processing_order desc nulls last,
            keyed.row_number desc
    ) > 1

-- int_council_tax_records.sql
-- One row a record of council tax, of whatever table, in its provider's newest snapshot.
{%- set stay -%}
    md5(concat_ws(
        '|',
        records.provider_code,
        coalesce(records.account_reference, records.record_hash::varchar),
        coalesce(records.property_reference, records.uprn::varchar, records.address, ''),
        coalesce(records.occupied_from_date::varchar, '')
    ))
{%- endset %}
with

records as (

    select * from {{ ref('stg_council_tax') }}

),

snapshots as (

    {{ current_snapshots('council_tax', ref('stg_council_tax')) }}

),

extracts as (

    select * from {{ ref('extracts') }}

)

select
    records.* exclude (issues),
    snapshots.as_of_date,
    extracts.landed_at,
    -- A stay at a property: what stands there again is the same stay, or another person liable for it.
    case when records.table_name in ('occupation', 'extract') then {{ stay }} end as stay_key
from records
inner join snapshots on records.extract_id = snapshots.extract_id
inner join extracts on records.extract_id = extracts.extract_id

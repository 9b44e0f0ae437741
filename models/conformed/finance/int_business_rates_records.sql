-- int_business_rates_records.sql
-- One row a liability for a hereditament in its provider's newest snapshot, doubled ones too.
with

records as (

    select * from {{ ref('stg_business_rates') }}

),

snapshots as (

    {{ current_snapshots('business_rates', ref('stg_business_rates')) }}

),

extracts as (

    select * from {{ ref('extracts') }}

)

select
    records.* exclude (issues),
    snapshots.as_of_date,
    -- Lists for the public have no account: there the hereditament and the day tell liabilities apart.
    concat_ws(
        '|',
        records.provider_code,
        case
            when coalesce(records.account_reference, records.billing_authority_reference) is null
                then records.record_hash::varchar
            else concat_ws('/', coalesce(records.account_reference, ''), coalesce(records.billing_authority_reference, ''))
        end,
        coalesce(records.liable_from_date::varchar, '')
    ) as liability_ident,
    row_number() over (
        partition by liability_ident order by extracts.landed_at desc, records.extract_id desc, records.row_number desc
    ) as recency
from records
inner join snapshots on records.extract_id = snapshots.extract_id
inner join extracts on records.extract_id = extracts.extract_id

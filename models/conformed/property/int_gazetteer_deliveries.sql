-- int_gazetteer_deliveries.sql
-- One row a landed table of a gazetteer's delivery and day: whether it is of a full supply or of changes, and counts.
with

extracts as (

    select * from {{ ref('extract_days') }}
    where subject = 'gazetteer'

),

records as (

    select * from {{ ref('stg_gazetteer') }}

),

-- The header of a DTF file says what its tables are; any other file is all that its provider holds.
headers as (

    select
        extracts.provider_code,
        extracts.source_sha256,
        min(records.file_type) as file_type
    from records
    inner join extracts on records.extract_id = extracts.extract_id
    where records.table_name = 'header'
    group by extracts.provider_code, extracts.source_sha256

),

deliveries as (

    select
        extracts.provider_code,
        extracts.extract_id,
        extracts.source_sha256 as delivery_id,
        extracts.source_file,
        extracts.as_of_date,
        extracts.landed_at,
        extracts.landed_rows,
        coalesce(headers.file_type <> 'C', true) as is_full
    from extracts
    left join headers
        on extracts.provider_code = headers.provider_code and extracts.source_sha256 = headers.source_sha256

),

files as (

    select
        provider_code,
        as_of_date,
        delivery_id,
        any_value(source_file) as source_file,
        max(landed_at) as landed_at,
        sum(landed_rows) as records,
        bool_or(is_full) as is_full
    from deliveries
    group by provider_code, as_of_date, delivery_id

),

pairs as (

    select
        older.provider_code,
        older.as_of_date,
        older.delivery_id,
        older.records,
        newer.delivery_id as newer_delivery_id,
        older.source_file = newer.source_file as has_same_name
    from files as older
    inner join files as newer
        on
            older.provider_code = newer.provider_code
            and older.as_of_date = newer.as_of_date
            and older.is_full = newer.is_full
            and (older.landed_at, older.delivery_id) < (newer.landed_at, newer.delivery_id)

),

-- Only the deliveries of a day with several of them are looked at record by record.
letters as (

    select distinct
        deliveries.delivery_id,
        records.record_hash
    from records
    inner join deliveries on records.extract_id = deliveries.extract_id
    where
        deliveries.delivery_id in (select delivery_id from pairs)
        or deliveries.delivery_id in (select newer_delivery_id from pairs)

),

shared as (

    select
        older.delivery_id,
        newer.delivery_id as newer_delivery_id,
        count(*) as records
    from letters as older
    inner join letters as newer on older.record_hash = newer.record_hash
    where older.delivery_id <> newer.delivery_id
    group by older.delivery_id, newer.delivery_id

),

-- A file sent again for the same day, with its very name or at least half of its records, takes the place of the first.
superseded as (

    select distinct
        pairs.provider_code,
        pairs.as_of_date,
        pairs.delivery_id
    from pairs
    left join shared
        on pairs.delivery_id = shared.delivery_id and pairs.newer_delivery_id = shared.newer_delivery_id
    where pairs.has_same_name or shared.records * 2 >= pairs.records

),

full_days as (

    select distinct
        provider_code,
        as_of_date
    from files
    where is_full

)

select
    deliveries.provider_code,
    deliveries.extract_id,
    deliveries.delivery_id,
    deliveries.as_of_date,
    deliveries.landed_at,
    deliveries.is_full,
    superseded.delivery_id is not null as is_superseded,
    not deliveries.is_full and full_days.as_of_date is not null as is_in_full_supply,
    not is_superseded and not is_in_full_supply as is_counted
from deliveries
left join superseded
    on
        deliveries.provider_code = superseded.provider_code
        and deliveries.as_of_date = superseded.as_of_date
        and deliveries.delivery_id = superseded.delivery_id
left join full_days
    on deliveries.provider_code = full_days.provider_code and deliveries.as_of_date = full_days.as_of_date

-- int_street_lines.sql
-- One row a street of a gazetteer as it stands, where it sends records of streets: its kind and its two ends.
with

staged as (

    select * from {{ ref('stg_gazetteer') }}
    where table_name = 'street'

),

deliveries as (

    select * from {{ ref('int_gazetteer_deliveries') }}
    where is_counted

),

records as (

    select
        provider_code,
        extract_id,
        row_number,
        usrn::varchar as key,
        change_type,
        processing_order,
        hash(
            street_record_type,
            street_start_easting,
            street_start_northing,
            street_end_easting,
            street_end_northing
        ) as content_hash
    from staged

),

versions as (

    {{ record_versions('records', 'deliveries') }}

)

select
    versions.provider_code,
    staged.usrn,
    staged.street_record_type,
    staged.street_start_easting,
    staged.street_start_northing,
    staged.street_end_easting,
    staged.street_end_northing,
    -- Where both ends are one point no length is told.
    nullif(round(sqrt(
        power(staged.street_end_easting - staged.street_start_easting, 2)
        + power(staged.street_end_northing - staged.street_start_northing, 2)
    ), 1), 0) as straight_length_metres
from versions
inner join staged on versions.extract_id = staged.extract_id and versions.row_number = staged.row_number
where versions.valid_until_date is null

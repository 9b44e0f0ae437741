-- int_gazetteer_lpis.sql
-- One row an address (LPI) of a gazetteer and period in which its deliveries gave it alike.
with

keyed as (

    select * from {{ ref('int_gazetteer_lpi_records') }}

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
        key,
        change_type,
        processing_order,
        hash(
            uprn,
            usrn,
            logical_status,
            language,
            start_date,
            end_date,
            sao_text,
            sao_start_number,
            sao_start_suffix,
            sao_end_number,
            sao_end_suffix,
            pao_text,
            pao_start_number,
            pao_start_suffix,
            pao_end_number,
            pao_end_suffix,
            street_description,
            locality,
            town,
            administrative_area,
            post_town,
            postcode,
            postal_address_flag,
            official_flag,
            organisation,
            address
        ) as content_hash
    from keyed

),

versions as (

    {{ record_versions('records', 'deliveries') }}

)

select
    versions.provider_code,
    versions.key as lpi_key,
    versions.valid_from_date,
    versions.valid_until_date,
    keyed.uprn,
    keyed.usrn,
    keyed.logical_status,
    keyed.language,
    keyed.start_date,
    keyed.end_date,
    keyed.last_update_date,
    keyed.sao_text,
    keyed.sao_start_number,
    keyed.sao_start_suffix,
    keyed.sao_end_number,
    keyed.sao_end_suffix,
    keyed.pao_text,
    keyed.pao_start_number,
    keyed.pao_start_suffix,
    keyed.pao_end_number,
    keyed.pao_end_suffix,
    keyed.street_description,
    keyed.locality,
    keyed.town,
    keyed.administrative_area,
    keyed.post_town,
    keyed.postcode,
    keyed.postal_address_flag,
    keyed.official_flag,
    keyed.organisation,
    case when keyed.table_name = 'property' then keyed.address end as address_as_sent,
    versions.extract_id,
    versions.row_number,
    keyed.line_number
from versions
inner join keyed on versions.extract_id = keyed.extract_id and versions.row_number = keyed.row_number

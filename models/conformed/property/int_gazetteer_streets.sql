-- int_gazetteer_streets.sql
-- One row a street name of a gazetteer and period in which its deliveries gave it alike.
with

staged as (

    select * from {{ ref('stg_gazetteer') }}
    where table_name = 'street_descriptor'

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
        usrn || '/' || coalesce(language, 'ENG') as key,
        change_type,
        processing_order,
        hash(street_description, locality, town, administrative_area) as content_hash
    from staged

),

versions as (

    {{ record_versions('records', 'deliveries') }}

)

select
    versions.provider_code,
    staged.usrn,
    coalesce(staged.language, 'ENG') as language,
    versions.valid_from_date,
    versions.valid_until_date,
    staged.street_description,
    staged.locality,
    staged.town,
    staged.administrative_area,
    versions.extract_id,
    versions.row_number
from versions
inner join staged on versions.extract_id = staged.extract_id and versions.row_number = staged.row_number

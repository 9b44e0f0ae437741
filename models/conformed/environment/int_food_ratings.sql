-- int_food_ratings.sql
-- One row an establishment in the newest list of the authority that rated it, with the city's codes and its place.
with

establishments as (

    select * from {{ ref('stg_food_ratings') }}

),

reporters as (

    select * from {{ ref('int_food_reporters') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

places as (

    select * from {{ ref('int_record_places') }}
    where subject = 'food_ratings'

),

ratings as (

    {{ code_map('food_rating', ref('stg_food_ratings'), 'rating_value_as_sent') }}

),

business_types as (

    {{ code_map('food_business_type', ref('stg_food_ratings'), 'business_type_as_sent') }}

),

-- One body sends the lists of all authorities, in one file or in one each: the newest list of an authority replaces its
-- older ones, and says nothing of the others'.
listed as (

    select
        establishments.*,
        reporters.reported_by_code,
        reporters.borough_code as reporting_borough_code,
        extracts.as_of_date,
        extracts.landed_at
    from establishments
    inner join reporters
        on establishments.extract_id = reporters.extract_id and establishments.row_number = reporters.row_number
    inner join extracts on establishments.extract_id = extracts.extract_id
    qualify
        extracts.as_of_date
        = max(extracts.as_of_date) over (partition by establishments.provider_code, reporters.reported_by_code)

),

superseded as (

    {{ superseded_extracts('listed') }}

),

-- Seen: an establishment on two pages of one download, since the list changed while it was read.
current_ratings as (

    select listed.*
    from listed
    anti join superseded on listed.extract_id = superseded.extract_id
    qualify
        row_number() over (
            partition by
                listed.provider_code,
                listed.reported_by_code,
                coalesce(listed.fhrs_id, listed.record_hash::varchar)
            order by listed.landed_at desc, listed.extract_id desc, listed.row_number desc
        ) = 1

)

select
    md5(concat_ws(
        '|',
        current_ratings.provider_code,
        current_ratings.reported_by_code,
        coalesce(current_ratings.fhrs_id, concat(current_ratings.extract_id, '|', current_ratings.row_number))
    )) as establishment_key,
    current_ratings.provider_code,
    current_ratings.reported_by_code,
    coalesce(current_ratings.reporting_borough_code, places.borough_code) as borough_code,
    places.uprn,
    places.uprn_method,
    current_ratings.address,
    current_ratings.postcode,
    places.easting,
    places.northing,
    places.longitude,
    places.latitude,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    current_ratings.fhrs_id,
    current_ratings.local_authority_business_id,
    current_ratings.business_name,
    business_types.code as business_type,
    current_ratings.business_type_as_sent,
    ratings.code as rating_value,
    current_ratings.rating_date,
    current_ratings.is_new_rating_pending,
    current_ratings.hygiene_score,
    current_ratings.structural_score,
    current_ratings.confidence_in_management_score,
    current_ratings.as_of_date,
    current_ratings.extract_id,
    current_ratings.row_number,
    current_ratings.line_number
from current_ratings
left join places
    on current_ratings.extract_id = places.extract_id and current_ratings.row_number = places.row_number
left join ratings
    on
        current_ratings.provider_code = ratings.provider_code
        and current_ratings.rating_value_as_sent = ratings.as_sent
left join business_types
    on
        current_ratings.provider_code = business_types.provider_code
        and current_ratings.business_type_as_sent = business_types.as_sent

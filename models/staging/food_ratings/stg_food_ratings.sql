-- stg_food_ratings.sql
-- One row an establishment as sent, typed. Nothing is filtered out here.
{% set never_rated = "date '1901-01-01'" -%}
with

base as (

    select * from {{ ref('base_food_ratings') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which establishment
        {{ clean_text('fhrs_id') }} as fhrs_id,
        {{ clean_text('local_authority_name') }} as local_authority_name,
        {{ clean_text('local_authority_business_id') }} as local_authority_business_id,
        {{ clean_text('business_name') }} as business_name,
        {{ clean_text('business_type') }} as business_type_as_sent,

        -- where; the scheme has no UPRN
        cast(null as bigint) as uprn,
        {{ joined_address(['address_1', 'address_2', 'address_3', 'address_4']) }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce(
            {{ parse_postcode('postcode') }},
            {{ find_postcode("concat_ws(', ', address_1, address_2, address_3, address_4)") }}
        ) as postcode,
        {{ clean_text('longitude') }} as longitude,
        {{ clean_text('latitude') }} as latitude,

        -- how it was rated
        {{ clean_text('rating_value') }} as rating_value_as_sent,
        {{ parse_date('rating_date', format='rating_date_format') }} as rating_day,
        {{ parse_boolean('is_new_rating_pending') }} as is_new_rating_pending,
        {{ parse_integer('hygiene_score') }} as hygiene_score,
        {{ parse_integer('structural_score') }} as structural_score,
        {{ parse_integer('confidence_in_management_score') }} as confidence_in_management_score,

        -- as sent, for the issues
        base as as_sent
    from base

)

-- Seen: the scheme's own service says "not yet" by a day long before there was one.
select
    * exclude (as_sent, postcode_as_sent, rating_day),
    nullif(rating_day, {{ never_rated }}) as rating_date,
    {{ issues([
        ['fhrs_id', blank('as_sent.fhrs_id')],
        ['business_name', blank('as_sent.business_name')],
        ['rating_value', blank('as_sent.rating_value')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        ['rating_date', date_issue('as_sent.rating_date', 'rating_day', format='as_sent.rating_date_format')],
        ['rating_date', "case when rating_day = " ~ never_rated ~ " then 'date_placeholder' end"],
        [
            'is_new_rating_pending',
            unreadable('as_sent.is_new_rating_pending', 'is_new_rating_pending', 'flag_unreadable'),
        ],
        ['hygiene_score', unreadable('as_sent.hygiene_score', 'hygiene_score', 'number_unreadable')],
        ['structural_score', unreadable('as_sent.structural_score', 'structural_score', 'number_unreadable')],
        [
            'confidence_in_management_score',
            unreadable(
                'as_sent.confidence_in_management_score', 'confidence_in_management_score', 'number_unreadable'
            ),
        ],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

-- base_food_ratings.sql
-- One row an establishment as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'food_ratings',
    fields=[
        'fhrs_id',
        'local_authority_name',
        'local_authority_business_id',
        'business_name',
        'business_type',
        'address_1',
        'address_2',
        'address_3',
        'address_4',
        'postcode',
        'longitude',
        'latitude',
        'rating_value',
        'rating_date',
        'is_new_rating_pending',
        'hygiene_score',
        'structural_score',
        'confidence_in_management_score',
    ],
    formats=['rating_date'],
) }}

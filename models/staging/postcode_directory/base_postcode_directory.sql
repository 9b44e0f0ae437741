-- base_postcode_directory.sql
-- One row a postcode of one edition as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'postcode_directory',
    fields=[
        'postcode',
        'introduced_month',
        'terminated_month',
        'user_type',
        'easting',
        'northing',
        'grid_quality',
        'latitude',
        'longitude',
        'country_code',
        'region_code',
        'borough_code',
        'ward_code',
        'lsoa_2021_code',
        'msoa_2021_code',
        'lsoa_2011_code',
        'msoa_2011_code',
        'deprivation_rank',
    ],
) }}

-- base_geography.sql
-- One row an area as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'geography',
    fields=[
        'area_code',
        'area_name',
        'parent_code',
        'parent_name',
        'borough_code',
        'borough_name',
        'ward_code',
        'ward_name',
        'boundary',
    ],
) }}

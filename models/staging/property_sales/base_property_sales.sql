-- base_property_sales.sql
-- One row a transfer of property as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'property_sales',
    fields=[
        'transaction_reference',
        'price_amount',
        'transfer_date',
        'postcode',
        'property_type',
        'is_new_build',
        'estate_type',
        'paon',
        'saon',
        'street',
        'locality',
        'town',
        'district',
        'county',
        'price_paid_category',
        'record_status',
        'uprn',
    ],
    formats=['transfer_date'],
) }}

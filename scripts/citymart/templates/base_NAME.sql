-- base_NAME.sql
-- One row a record as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'NAME',
    fields=[
        'reference',
        'received_date'
    ],
    formats=['received_date'],
) }}

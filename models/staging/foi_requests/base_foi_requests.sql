-- base_foi_requests.sql
-- One row a request as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'foi_requests',
    fields=[
        'request_reference',
        'received_date',
        'summary',
        'department',
        'outcome',
        'closed_date',
    ],
    formats=['received_date', 'closed_date'],
) }}

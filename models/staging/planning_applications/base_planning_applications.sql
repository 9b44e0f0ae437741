-- base_planning_applications.sql
-- One row an application as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'planning_applications',
    fields=[
        'application_reference',
        'uprn',
        'address',
        'postcode',
        'proposal',
        'application_type',
        'received_date',
        'valid_date',
        'decision_date',
        'decision',
        'status',
        'ward',
        'easting',
        'northing',
        'case_officer',
    ],
    formats=['received_date', 'valid_date', 'decision_date'],
) }}

-- base_inspections.sql
-- One row an inspection as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'inspections',
    fields=[
        'inspection_reference',
        'inspection_type',
        'inspection_date',
        'uprn',
        'address',
        'address_1',
        'address_2',
        'address_3',
        'address_4',
        'address_5',
        'postcode',
        'outcome',
        'hazard_category',
        'hazards',
        'notice_type',
        'notice_date',
        'due_date',
    ],
    formats=['inspection_date', 'notice_date', 'due_date'],
) }}

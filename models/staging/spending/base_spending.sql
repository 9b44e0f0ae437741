-- base_spending.sql
-- One row a payment as sent, under the city's field names; nothing is parsed here.
{{ mapped(
    'spending',
    fields=[
        'organisation_name',
        'payment_reference',
        'line_reference',
        'supplier_reference',
        'supplier_name',
        'net_amount',
        'paid_date',
        'directorate',
        'service_area',
        'expense_code',
        'expense_type',
        'cost_centre_code',
        'cost_centre_name',
        'expenditure_kind',
        'description',
        'merchant_category',
    ],
    formats=['paid_date'],
) }}

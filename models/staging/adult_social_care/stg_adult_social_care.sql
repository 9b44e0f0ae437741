-- stg_adult_social_care.sql
-- One row an event of adult social care: a request, an assessment, a service or a review, typed. Nothing is filtered out here.
{{ staged_people(
    'adult_social_care',
    identifiers=['nhs_number', 'phone'],
    texts=['organisation'],
    coded=['event_type', 'service_type', 'need', 'outcome'],
    dates=['deceased_date', 'start_date', 'end_date'],
    counts=[],
) }}

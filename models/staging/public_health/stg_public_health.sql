-- stg_public_health.sql
-- One row an episode of a person with a public health service, typed. Nothing is filtered out here.
{{ staged_people(
    'public_health',
    identifiers=['nhs_number', 'phone', 'email'],
    texts=['organisation'],
    coded=['service_type', 'outcome'],
    dates=['start_date', 'end_date'],
    counts=[],
) }}

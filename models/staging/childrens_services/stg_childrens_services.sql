-- stg_childrens_services.sql
-- One row an episode of a child with children's social care, typed. Nothing is filtered out here.
{{ staged_people(
    'childrens_services',
    identifiers=['nhs_number'],
    texts=['pupil_number'],
    coded=['service_type', 'need', 'outcome'],
    dates=['start_date', 'end_date'],
    counts=[],
) }}

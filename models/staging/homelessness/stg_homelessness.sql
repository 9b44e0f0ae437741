-- stg_homelessness.sql
-- One row a duty, or the finding of none, towards an applicant who is homeless or threatened with homelessness, typed. Nothing is filtered out here.
{{ staged_people(
    'homelessness',
    identifiers=['nino', 'phone', 'email'],
    texts=[],
    coded=['service_type', 'need', 'outcome', 'accommodation'],
    dates=['start_date', 'end_date'],
    counts=['household_members'],
) }}

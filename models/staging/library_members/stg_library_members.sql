-- stg_library_members.sql
-- One row a card of a member of the borough's libraries, typed. Nothing is filtered out here.
{{ staged_people(
    'library_members',
    identifiers=['phone', 'email'],
    texts=['organisation'],
    coded=['service_type'],
    dates=['start_date', 'end_date', 'last_used_date'],
    counts=[],
) }}

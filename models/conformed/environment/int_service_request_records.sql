-- int_service_request_records.sql
-- One row a request, case or complaint as last delivered.
with

newest as (

    {{ newest_by_key(ref('stg_service_requests'), "table_name || '/' || request_reference") }}

)

-- Seen: one request twice in one export, reopened in the second; the lower line is the later state.
select * exclude (occurrence, issues, period_from, period_to)
from newest
qualify
    row_number() over (
        partition by extract_id, table_name, coalesce(request_reference, record_hash::varchar)
        order by row_number desc
    ) = 1

-- int_service_deliveries.sql
-- One row a delivery whose records of people in services count; nothing in it says who.
select
    subject,
    provider_code,
    extract_id,
    as_of_date,
    count(*) as records
from {{ ref('int_service_records') }}
group by subject, provider_code, extract_id, as_of_date

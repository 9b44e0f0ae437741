-- rejected_records.sql
-- One row a record that could not be landed, with its text.
with

rejects as (

    select * from {{ source('landing', 'rejects') }}

)

select
    provider_code,
    extract_id,
    line_number,
    reason,
    raw_text
from rejects

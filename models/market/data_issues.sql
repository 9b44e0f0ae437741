-- data_issues.sql
-- One row an issue found on the way of a value, a record, a column or a file into the mart.
with

issues as (

    select * from {{ ref('int_data_issues') }}

)

select
    issue_key,
    subject,
    provider_code,
    extract_id,
    as_of_date,
    source_file,
    is_current,
    row_number,
    line_number,
    field,
    issue_type,
    severity,
    who_can_mend,
    quality_dimension,
    message,
    value_as_sent
from issues

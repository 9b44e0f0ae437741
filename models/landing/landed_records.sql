-- landed_records.sql
-- One row a landed record of any subject, verbatim: for looking across subjects; those that parse read their own source.
{{ config(materialized='view') }}

with

records as (

    {% for subject in subjects() %}
    select
        extract_id,
        file_row_number,
        cells
    from {{ source('landing', subject) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    extract_id,
    file_row_number as row_number,
    cells
from records

-- extract_days.sql
-- One row a landed extract and day that it was delivered for: the same bytes may be sent for one day after another.
with

declarations as (

    select
        extract_id,
        as_of_date,
        max(landed_at) as landed_at,
        max_by(source_file, landed_at) as source_file
    from {{ source('landing', 'receipts') }}
    where outcome = 'landed' and as_of_date is not null
    group by extract_id, as_of_date

),

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

)

select
    extracts.subject,
    extracts.provider_code,
    declarations.extract_id,
    declarations.as_of_date,
    declarations.landed_at,
    declarations.source_file,
    extracts.source_sha256,
    extracts.landed_rows
from declarations
inner join extracts on declarations.extract_id = extracts.extract_id

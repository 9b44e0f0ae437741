-- Every record of a landed file is landed or rejected, and what staging sees is what was landed. A difference means that
-- a landing file was changed or lost after its receipt: restore it, or remove its receipt and load the source again.
with

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

),

staged as (

    {% for subject in subjects() %}
    select
        extract_id,
        count(*) as staged_rows
    from {{ ref('base_' ~ subject) }}
    group by extract_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    extracts.subject,
    extracts.provider_code,
    extracts.source_file,
    extracts.source_records,
    extracts.landed_rows,
    extracts.rejected_rows,
    coalesce(staged.staged_rows, 0) as staged_rows
from extracts
left join staged on extracts.extract_id = staged.extract_id
where
    extracts.source_records is distinct from extracts.landed_rows + extracts.rejected_rows
    or extracts.landed_rows is distinct from coalesce(staged.staged_rows, 0)

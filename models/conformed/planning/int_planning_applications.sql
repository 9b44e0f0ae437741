-- int_planning_applications.sql
-- One row an application as last delivered, with the city's codes.
with

newest as (

    {{ newest_by_key(ref('stg_planning_applications'), 'application_reference') }}

),

decisions as (

    {{ code_map('planning_decision', ref('stg_planning_applications'), 'decision_as_sent') }}

),

-- The type is told by its own column, else by the last part of the reference (07/04846/FUL).
typed as (

    select
        *,
        coalesce(application_type_as_sent, nullif(regexp_extract(application_reference, '/([A-Za-z][A-Za-z0-9]*)$', 1), ''))
            as application_type_code
    from newest

),

types as (

    {{ code_map('planning_application_type', 'typed', 'application_type_code') }}

)

select
    md5(concat_ws(
        '|',
        typed.provider_code,
        coalesce(typed.application_reference, concat(typed.extract_id, '|', typed.row_number)),
        typed.occurrence
    )) as application_key,
    typed.* exclude (record_hash, issues),
    decisions.code as decision,
    types.code as application_type
from typed
left join decisions on typed.provider_code = decisions.provider_code and typed.decision_as_sent = decisions.as_sent
left join types on typed.provider_code = types.provider_code and typed.application_type_code = types.as_sent

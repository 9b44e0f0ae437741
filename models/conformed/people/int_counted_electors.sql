-- int_counted_electors.sql
-- One row an entry of a borough's newest register of electors; nothing in it says who.
with

current_extracts as (

    {{ current_snapshots('electoral_register', ref('stg_electoral_register')) }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

entries as (

    select
        stg.provider_code,
        stg.extract_id,
        stg.row_number,
        stg.line_number,
        stg.elector_reference,
        stg.record_hash,
        lower(stg.full_name) as name,
        stg.date_of_birth,
        current_extracts.as_of_date,
        extracts.landed_at
    from {{ ref('stg_electoral_register') }} as stg
    inner join current_extracts on stg.extract_id = current_extracts.extract_id
    inner join extracts on stg.extract_id = extracts.extract_id

),

-- Seen: an entry twice in one file, and once more in the list of the month's alterations; the later line is the later state.
-- A number that two people have is theirs both: numbers are given anew each December, and lists of two years get mixed.
counted as (

    select * from entries
    qualify
        row_number() over (
            partition by provider_code, coalesce(elector_reference, record_hash::varchar), name, date_of_birth
            order by landed_at desc, extract_id desc, row_number desc
        ) = 1

)

select
    provider_code,
    extract_id,
    row_number,
    line_number,
    as_of_date,
    row_number() over (
        partition by provider_code, elector_reference
        order by landed_at, extract_id, row_number
    ) as occurrence
from counted

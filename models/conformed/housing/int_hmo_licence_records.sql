-- int_hmo_licence_records.sql
-- One row a licence, an application or an exemption of a borough's newest delivery, doubled ones once.
with

current_extracts as (

    {{ current_snapshots('hmo_licences', ref('stg_hmo_licences')) }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

records as (

    select
        stg.* exclude (issues),
        current_extracts.as_of_date,
        extracts.landed_at,
        coalesce(stg.uprn::varchar, {{ code_key('stg.address') }}) as house
    from {{ ref('stg_hmo_licences') }} as stg
    inner join current_extracts on stg.extract_id = current_extracts.extract_id
    inner join extracts on stg.extract_id = extracts.extract_id

)

-- Seen: a licence twice in one file, before and after its holder was put right; the lower line is the later state. A renewal has
-- the same reference and another first day, and one reference may stand for several flats of a block: those all count.
select * from records
qualify
    row_number() over (
        partition by
            provider_code, table_name, coalesce(licence_reference, record_hash::varchar), licence_start_date, house
        order by landed_at desc, extract_id desc, row_number desc
    ) = 1

-- int_gazetteer_lpi_records.sql
-- One row a record of an address (LPI) as staged, with the key under which its gazetteer knows it.
{{ config(materialized='view') }}

with

staged as (

    select * from {{ ref('stg_gazetteer') }}
    where table_name in ('lpi', 'address', 'property')

),

statuses as (

    {{ code_map('logical_status', 'staged', 'logical_status_as_sent') }}

)

-- An export without keys of its addresses has one approved address a property; of the others each text is an address.
select
    staged.*,
    statuses.code as logical_status,
    case
        when staged.lpi_key is not null then staged.lpi_key
        when coalesce(statuses.code, 'approved') = 'approved' then staged.uprn::varchar
        else staged.uprn || '/' || md5(concat_ws(
                '|',
                statuses.code,
                staged.address,
                staged.sao_text,
                staged.sao_start_number,
                staged.sao_start_suffix,
                staged.pao_text,
                staged.pao_start_number,
                staged.pao_start_suffix,
                staged.street_description
            ))
    end as key
from staged
left join statuses
    on staged.provider_code = statuses.provider_code and staged.logical_status_as_sent = statuses.as_sent

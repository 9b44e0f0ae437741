-- int_food_reporters.sql
-- One row a rated establishment as sent: the authority that rated it, told by its name, else the sender.
with

establishments as (

    select * from {{ ref('stg_food_ratings') }}

),

organisations as (

    select * from {{ ref('int_organisation_names') }}

),

providers as (

    select * from {{ ref('providers') }}

),

keyed as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        local_authority_name,
        {{ organisation_key('local_authority_name') }} as authority_key
    from establishments

),

found as (

    select
        keyed.*,
        organisations.provider_code as found_code
    from keyed
    left join organisations on keyed.authority_key = organisations.organisation_key

)

select
    found.provider_code,
    found.extract_id,
    found.row_number,
    found.line_number,
    found.local_authority_name,
    coalesce(found.found_code, found.provider_code) as reported_by_code,
    case when reporters.provider_type = 'london_borough' then reporters.gss_code end as borough_code,
    case
        when found.local_authority_name is not null and found.found_code is null then 'organisation_unknown'
    end as issue_type
from found
inner join providers as reporters on coalesce(found.found_code, found.provider_code) = reporters.provider_code

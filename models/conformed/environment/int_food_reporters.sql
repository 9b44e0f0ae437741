-- int_food_reporters.sql
-- One row a rated establishment as sent: the authority that rated it, told by its name, else the sender.
with

establishments as (

    select * from {{ ref('stg_food_ratings') }}

),

providers as (

    select * from {{ ref('providers') }}

),

found as (

    {{ named_organisations('establishments', {'local_authority_name': 'found_code'}) }}

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

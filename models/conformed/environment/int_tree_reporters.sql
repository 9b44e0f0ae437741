-- int_tree_reporters.sql
-- One row a tree as sent: whose it is. A list of one authority is the sender's; a collation names the authority, else who maintains it.
with

trees as (

    select * from {{ ref('stg_street_trees') }}

),

organisations as (

    select * from {{ ref('int_organisation_names') }}

),


boroughs as (

    {{ provider_boroughs() }}

),

-- In an authority's own list whoever maintains the tree is a team of it or its contractor.
keyed as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        local_authority_name,
        {{ organisation_key('local_authority_name') }} as authority_key,
        case when local_authority_name is not null then {{ organisation_key('maintained_by') }} end as maintainer_key
    from trees

),

found as (

    select
        keyed.*,
        authorities.provider_code as authority_code,
        coalesce(maintainers.provider_code, authorities.provider_code, keyed.provider_code) as reported_by_code
    from keyed
    left join organisations as authorities on keyed.authority_key = authorities.organisation_key
    left join organisations as maintainers on keyed.maintainer_key = maintainers.organisation_key

)

select
    found.provider_code,
    found.extract_id,
    found.row_number,
    found.line_number,
    found.local_authority_name,
    found.reported_by_code,
    coalesce(places.borough_code, reporters.borough_code) as borough_code,
    case
        when found.local_authority_name is not null and found.authority_code is null then 'organisation_unknown'
    end as issue_type
from found
inner join boroughs as reporters on found.reported_by_code = reporters.provider_code
left join boroughs as places on found.authority_code = places.provider_code

-- int_tree_reporters.sql
-- One row a tree as sent: whose it is. A list of one authority is the sender's; a collation names the authority, else who maintains it.
with

trees as (

    select * from {{ ref('stg_street_trees') }}

),

boroughs as (

    {{ provider_boroughs() }}

),

named as (

    {{ named_organisations('trees', {'local_authority_name': 'authority_code', 'maintained_by': 'maintainer_code'}) }}

),

-- In an authority's own list whoever maintains the tree is a team of it or its contractor.
found as (

    select
        *,
        coalesce(
            case when local_authority_name is not null then maintainer_code end, authority_code, provider_code
        ) as reported_by_code
    from named

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

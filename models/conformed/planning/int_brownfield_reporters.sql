-- int_brownfield_reporters.sql
-- One row a brownfield record: which authority reports the site, told by its name, else its URI, else the sender.
with

sites as (

    select * from {{ ref('stg_brownfield_land') }}

),

providers as (

    select * from {{ ref('providers') }}

),

named as (

    {{ named_organisations('sites', {'organisation_name': 'by_name_code', 'organisation_uri': 'by_uri_code'}) }}

),

found as (

    select
        *,
        coalesce(organisation_name, organisation_uri) as organisation_as_sent,
        coalesce(by_name_code, by_uri_code) as found_code
    from named

)

select
    found.provider_code,
    found.extract_id,
    found.row_number,
    found.line_number,
    found.organisation_as_sent,
    coalesce(found.found_code, found.provider_code) as reported_by_code,
    reporters.provider_name as reported_by_name,
    case when reporters.provider_type = 'london_borough' then reporters.gss_code end as borough_code,
    reporters.provider_type in ('london_borough', 'development_corporation', 'regional_authority', 'functional_body')
        as is_in_london,
    case
        when found.organisation_as_sent is not null and found.found_code is null then 'organisation_unknown'
    end as issue_type
from found
inner join providers as reporters on coalesce(found.found_code, found.provider_code) = reporters.provider_code

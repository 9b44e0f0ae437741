-- int_brownfield_reporters.sql
-- One row a brownfield record: which authority reports the site, told by its name, else its URI, else the sender.
with

sites as (

    select * from {{ ref('stg_brownfield_land') }}

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
        coalesce(organisation_name, organisation_uri) as organisation_as_sent,
        {{ organisation_key('organisation_uri') }} as uri_key,
        {{ organisation_key('organisation_name') }} as name_key
    from sites

),

found as (

    select
        keyed.*,
        coalesce(by_name.provider_code, by_uri.provider_code) as found_code
    from keyed
    left join organisations as by_name on keyed.name_key = by_name.organisation_key
    left join organisations as by_uri on keyed.uri_key = by_uri.organisation_key

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

-- int_organisation_names.sql
-- One row a name under which a provider is known, in its normal form.
with

providers as (

    select * from {{ ref('providers') }}

),

aliases as (

    select * from {{ ref('organisation_names') }}

),

names as (

    select
        provider_code,
        provider_name as name
    from providers
    union all
    select
        provider_code,
        provider_code as name
    from providers
    union all
    select
        provider_code,
        name
    from aliases

),

keys as (

    select distinct
        provider_code,
        {{ organisation_key('name') }} as organisation_key
    from names

)

select
    keys.organisation_key,
    keys.provider_code,
    providers.provider_name,
    providers.provider_type,
    providers.gss_code,
    case when providers.provider_type = 'london_borough' then providers.gss_code end as borough_code
from keys
inner join providers on keys.provider_code = providers.provider_code

-- market_providers.sql
-- One row a body that sends data, is asked for it or is named in it: what it is, and how much of what is expected it sends.
{{ config(alias='providers') }}

with

providers as (

    select * from {{ ref('providers') }}

),

coverage as (

    select * from {{ ref('coverage') }}

),

sent as (

    select
        provider_code,
        count(*) filter (where is_expected) as expected_subjects,
        count(*) filter (where state = 'received') as received_subjects,
        max(newest_as_of_date) as newest_as_of_date
    from coverage
    group by provider_code

)

select
    providers.provider_code,
    providers.provider_name,
    providers.provider_type,
    providers.gss_code,
    coalesce(sent.expected_subjects, 0) as expected_subjects,
    coalesce(sent.received_subjects, 0) as received_subjects,
    sent.newest_as_of_date,
    providers.note
from providers
left join sent on providers.provider_code = sent.provider_code

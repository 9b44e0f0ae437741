-- address_review.sql
-- One row an address of which no property is known for sure, for a person to look at.
with

addresses as (

    select * from {{ ref('int_addresses') }}

),

matches as (

    select * from {{ ref('int_address_matches') }}

),

properties as (

    select * from {{ ref('int_properties') }}

),

decisions as (

    select {{ address_key('provider_code', 'address', 'postcode') }} as address_key
    from {{ ref('address_decisions') }}

),

records as (

    select
        address_key,
        count(*) filter (where uprn is null) as records_without_property,
        count(*) filter (where issue_type = 'uprn_contradicted') as records_contradicted,
        string_agg(distinct subject, ', ' order by subject) as subjects
    from {{ ref('int_record_properties') }}
    where address_key is not null
    group by address_key

)

select
    addresses.address_key,
    addresses.provider_code,
    addresses.address,
    addresses.postcode,
    records.subjects,
    records.records_without_property,
    records.records_contradicted,
    matches.match_level,
    matches.match_weight,
    coalesce(matches.uprn, matches.building_uprn, matches.runner_up_uprn) as proposed_uprn,
    properties.geographic_address as proposed_address
from addresses
inner join records on addresses.address_key = records.address_key
inner join matches on addresses.address_key = matches.address_key
left join decisions on addresses.address_key = decisions.address_key
left join properties on coalesce(matches.uprn, matches.building_uprn, matches.runner_up_uprn) = properties.uprn
where decisions.address_key is null and (records.records_without_property > 0 or records.records_contradicted > 0)

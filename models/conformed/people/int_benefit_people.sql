-- int_benefit_people.sql
-- One row a person of a claim's newest household, or its claimant where the system names nobody else.
with

records as (

    select * from {{ ref('int_benefit_records') }}
    where is_counted and table_name in ('member', 'whole', 'claim')

),

staged as (

    select * from {{ ref('stg_housing_benefit') }}

),

claims as (

    select * from {{ ref('int_benefit_claims') }}
    where claim_reference is not null
    qualify
        row_number() over (
            partition by provider_code, claim_reference
            order by is_live desc, claim_from_date desc nulls last, claim_key asc
        ) = 1

),

named as (

    select
        records.provider_code,
        records.claim_reference,
        records.household_reference,
        records.member_reference,
        records.table_name,
        records.landed_at,
        staged.person_reference,
        staged.name,
        staged.title,
        staged.forename as first_name,
        staged.surname,
        staged.gender,
        staged.birth_date,
        staged.deceased_date as death_date,
        staged.nino,
        staged.extract_id,
        staged.row_number,
        staged.line_number
    from records
    inner join staged on records.extract_id = staged.extract_id and records.row_number = staged.row_number
    where staged.name is not null or staged.surname is not null

),

-- The claimant stands among the members of the household, where a system lists those.
members as (

    select distinct
        provider_code,
        claim_reference
    from named
    where table_name = 'member'

)

select
    md5(concat_ws(
        '|', 'housing_benefit', named.provider_code, named.claim_reference, coalesce(
            named.person_reference,
            named.household_reference || '|' || named.member_reference,
            lower(coalesce(named.name, concat_ws(' ', named.first_name, named.surname)))
        )
    )) as record_id,
    named.provider_code,
    claims.borough_code,
    coalesce(named.person_reference, named.claim_reference) as person_reference,
    named.title,
    named.first_name,
    null::varchar as middle_name,
    named.surname,
    named.name,
    named.gender,
    named.birth_date,
    named.death_date,
    named.nino,
    claims.address,
    claims.postcode,
    claims.uprn,
    claims.lsoa_code,
    claims.ward_code,
    claims.claim_from_date as start_date,
    claims.claim_to_date as end_date,
    claims.is_live,
    claims.as_of_date,
    named.extract_id,
    named.row_number,
    named.line_number
from named
inner join claims on named.provider_code = claims.provider_code and named.claim_reference = claims.claim_reference
left join members on named.provider_code = members.provider_code and named.claim_reference = members.claim_reference
where named.table_name <> 'claim' or members.claim_reference is null
qualify
    row_number() over (
        partition by record_id order by named.household_reference desc, named.landed_at desc, named.row_number desc
    ) = 1

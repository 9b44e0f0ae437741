-- int_benefit_claims.sql
-- One row a claim and what is paid on it, as last delivered, with the household that it is of.
with

records as (

    select * from {{ ref('int_benefit_records') }}
    where is_counted

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'housing_benefit'

),

-- A claim keeps the households of its former homes: the newest that has begun counts.
households as (

    select * from records
    where table_name = 'household'
    qualify
        row_number() over (
            partition by provider_code, claim_reference
            order by
                coalesce(from_date <= as_of_date, false) desc, from_date desc nulls last, landed_at desc, row_number desc
        ) = 1

),

members as (

    select
        provider_code,
        claim_reference,
        household_reference,
        count(*) as household_members,
        count(*) filter (where is_child) as dependent_children
    from records
    where table_name = 'member' and not is_deceased
    group by provider_code, claim_reference, household_reference

),

-- Each year's uprating is an assessment of its own: the newest that has begun says what is paid, the first since when.
assessments as (

    select
        *,
        min(from_date) over benefits as first_from_date
    from records
    where table_name = 'assessment'
    window benefits as (partition by provider_code, coalesce(claim_reference, record_hash::varchar), benefit_key)
    qualify
        row_number() over (
            partition by provider_code, coalesce(claim_reference, record_hash::varchar), benefit_key
            order by
                coalesce(from_date <= as_of_date, false) desc, from_date desc nulls last, landed_at desc, row_number desc
        ) = 1

),

assessors as (

    select distinct provider_code
    from assessments

),

heads as (

    select * from records
    where table_name = 'claim'

),

-- A claim without an assessment waits for one; an assessment whose claim is not there is paid all the same.
claims_of_tables as (

    select
        coalesce(assessments.provider_code, heads.provider_code) as provider_code,
        coalesce(assessments.claim_reference, heads.claim_reference) as claim_reference,
        coalesce(assessments.benefit_key, '') as benefit_key,
        assessments.benefit_type,
        assessments.benefit_type_as_sent,
        case
            when heads.cancel_date <= heads.as_of_date then 'cancelled'
            when assessments.extract_id is not null then 'live'
            when assessors.provider_code is not null then 'pending'
        end as claim_status,
        coalesce(assessments.first_from_date, heads.application_date) as claim_from_date,
        least(assessments.to_date, heads.cancel_date) as claim_to_date,
        assessments.weekly_amount,
        coalesce(assessments.as_of_date, heads.as_of_date) as as_of_date,
        coalesce(assessments.extract_id, heads.extract_id) as extract_id,
        case when assessments.extract_id is null then heads.row_number else assessments.row_number end as row_number,
        case when assessments.extract_id is null then heads.line_number else assessments.line_number end as line_number
    from heads
    full join assessments
        on heads.provider_code = assessments.provider_code and heads.claim_reference = assessments.claim_reference
    left join assessors on heads.provider_code = assessors.provider_code

),

claims_with_household as (

    select
        claims.*,
        households.address,
        households.postcode,
        households.is_shared_accommodation,
        members.household_members,
        members.dependent_children,
        coalesce(households.extract_id, claims.extract_id) as place_extract_id,
        case when households.extract_id is null then claims.row_number else households.row_number end as place_row_number
    from claims_of_tables as claims
    left join households
        on claims.provider_code = households.provider_code and claims.claim_reference = households.claim_reference
    left join members
        on
            households.provider_code = members.provider_code
            and households.claim_reference = members.claim_reference
            and households.household_reference = members.household_reference

),

whole_claims as (

    select
        provider_code,
        claim_reference,
        benefit_key,
        benefit_type,
        benefit_type_as_sent,
        claim_status,
        from_date as claim_from_date,
        to_date as claim_to_date,
        weekly_amount,
        as_of_date,
        extract_id,
        row_number,
        line_number,
        address,
        postcode,
        is_shared_accommodation,
        coalesce(household_members, adults + dependent_children) as household_members,
        dependent_children,
        extract_id as place_extract_id,
        row_number as place_row_number
    from records
    where table_name = 'whole'

),

claims as (

    select * from claims_with_household
    union all by name
    select * from whole_claims

)

select
    md5(concat_ws(
        '|',
        claims.provider_code,
        coalesce(claims.claim_reference, concat(claims.extract_id, '|', claims.row_number)),
        claims.benefit_key
    )) as claim_key,
    claims.* exclude (benefit_key, place_extract_id, place_row_number),
    coalesce(claims.claim_status in ('live', 'suspended'), true)
    and coalesce(claims.claim_from_date <= claims.as_of_date, true)
    and coalesce(claims.claim_to_date > claims.as_of_date, true) as is_live,
    places.borough_code,
    places.uprn,
    places.uprn_method,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method
from claims
left join places
    on claims.place_extract_id = places.extract_id and claims.place_row_number = places.row_number

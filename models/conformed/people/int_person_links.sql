-- int_person_links.sql
-- One row a pair of records that are compared: whether they are one person, or a person should look, and the evidence in words.
with

pairs as (

    select * from {{ ref('int_person_pairs') }}

),

features as (

    select * from {{ ref('int_person_features') }}

),

named as (

    select
        pairs.record_id_l,
        pairs.record_id_r,
        pairs.match_weight,
        left_side.source = right_side.source and left_side.sender = right_side.sender
        and left_side.has_people_once as is_same_source,
        left_side.forenames = right_side.forenames and left_side.surname = right_side.surname as is_same_wording,
        coalesce(left_side.uprn <> right_side.uprn, false) as is_other_uprn,
        coalesce(left_side.sex = 'F' or right_side.sex = 'F', false) as is_woman,
        coalesce(left_side.generation, '') <> coalesce(right_side.generation, '')
        and (
            list_has_any([left_side.generation, right_side.generation], ['junior', 'senior'])
            or (left_side.generation is not null and right_side.generation is not null)
        ) as is_other_generation,
        -- where else the one of this name may be: nobody is known to share it, or it moved with others
        left_side.rare_name is not null as is_rare_name,
        left_side.is_rarest_name,
        left_side.is_name_of_two,
        coalesce(left_side.moved_name = right_side.moved_name and left_side.postcode <> right_side.postcode, false) as is_moved_together,
        left_side.sender = right_side.sender as is_same_sender,
        pairs.first_name,
        pairs.middle_name,
        pairs.surname,
        pairs.birth_date,
        pairs.place,
        coalesce(pairs.sex = 'other', false) as sex_differs,
        coalesce(pairs.nhs_number = 'same', false) as nhs_number_agrees,
        coalesce(pairs.nhs_number = 'other', false) as nhs_number_differs,
        coalesce(pairs.nino = 'same', false) as nino_agrees,
        coalesce(pairs.nino = 'other', false) as nino_differs,
        coalesce(pairs.phone = 'same', false) as phone_agrees,
        coalesce(pairs.email = 'same', false) as email_agrees
    from pairs
    inner join features as left_side on pairs.record_id_l = left_side.record_id
    inner join features as right_side on pairs.record_id_r = right_side.record_id

),

judged as (

    select
        *,
        nhs_number_agrees or nino_agrees as is_same_number,
        (nhs_number_differs and not nino_agrees) or (nino_differs and not nhs_number_agrees) as is_other_number,
        nhs_number_differs or nino_differs as is_any_number_other,
        phone_agrees or email_agrees as is_same_contact,
        coalesce(first_name in ('same', 'variant', 'typo', 'other name'), false) as is_first_name,
        coalesce(first_name in ('same', 'variant', 'typo'), false) and coalesce(surname in ('same', 'typo'), false) as is_full_name,
        coalesce(surname in ('same', 'typo', 'part', 'swapped'), false) as is_surname,
        coalesce(place in ('same', 'same, of many', 'building'), false) as is_same_place,
        coalesce(birth_date in ('same', 'day and month swapped'), false) as is_birth_date,
        coalesce(birth_date in ('one digit', 'two of three', 'same year', 'same first of January'), false) as is_near_birth_date
    from named

),

decided as (

    select
        *,
        {{ link_decision() }} as decision
    from judged

)

select
    record_id_l,
    record_id_r,
    match_weight,
    decision,
    is_same_number,
    {{ link_evidence() }} as evidence
from decided
where decision <> 'no'

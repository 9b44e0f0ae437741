-- int_person_links.sql
-- One row a pair of records that are compared: whether they are one person, or a person should look, and the evidence in words.
with

pairs as (

    select * from {{ ref('int_person_pairs') }}

),

features as (

    select * from {{ ref('int_person_features') }}

),

-- The levels by name, from the best (scripts/citymart/people/model.py).
named as (

    select
        pairs.record_id_l,
        pairs.record_id_r,
        pairs.match_weight,
        left_side.source = right_side.source and left_side.sender = right_side.sender
        and left_side.has_people_once as is_same_source,
        left_side.forenames = right_side.forenames and left_side.surname = right_side.surname as is_same_wording,
        coalesce(left_side.uprn <> right_side.uprn, false)
        or (len(left_side.door_numbers) > 0 and len(right_side.door_numbers) > 0) as is_other_door,
        coalesce(left_side.sex = 'F' or right_side.sex = 'F', false) as is_woman,
        left_side.generation is distinct from right_side.generation as is_other_generation,
        ['other', 'initial', 'alike', 'other name', 'typo', 'variant', 'same'][gamma_first_name + 1] as first_name,
        ['other', 'same'][gamma_middle_name + 1] as middle_name,
        ['other', 'part', 'swapped', 'typo', 'same'][gamma_surname + 1] as surname,
        [
            'other', 'year alone', 'two of three', 'same year', 'one digit', 'decades apart', 'day and month swapped', 'same first of January', 'same'
        ][gamma_birth_date + 1] as birth_date,
        ['other', 'sector', 'postcode', 'building', 'same, of many', 'same'][gamma_place + 1] as place,
        gamma_sex = 0 as sex_differs,
        gamma_nhs_number = 1 as nhs_number_agrees,
        gamma_nhs_number = 0 as nhs_number_differs,
        gamma_nino = 1 as nino_agrees,
        gamma_nino = 0 as nino_differs,
        gamma_phone = 1 as phone_agrees,
        gamma_email = 1 as email_agrees
    from pairs
    inner join features as left_side on pairs.record_id_l = left_side.record_id
    inner join features as right_side on pairs.record_id_r = right_side.record_id

),

judged as (

    select
        *,
        nhs_number_agrees or nino_agrees as is_same_number,
        (nhs_number_differs and not nino_agrees) or (nino_differs and not nhs_number_agrees) as is_other_number,
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
        case
            -- Numbers say it, unless all else speaks against them: a number is typed into a wife's record now and then.
            when is_same_number then case
                when first_name in ('other', 'alike') and coalesce(birth_date in ('other', 'decades apart'), true) then 'no'
                when first_name in ('other', 'alike') then case when is_surname and is_birth_date then 'review' else 'no' end
                when is_other_number_too then 'review'
                when is_full_name and place = 'same' then 'link'
                when birth_date = 'decades apart' then case when is_full_name then 'review' else 'no' end
                when birth_date = 'other' then case when is_full_name then 'link' else 'no' end
                when not is_surname and not is_birth_date and not is_same_place then 'review'
                else 'link'
            end
            when is_other_number then case
                when first_name <> 'typo' and is_full_name and is_birth_date and is_same_place then 'review' else 'no'
            end
            when first_name is null then case
                when is_surname and is_birth_date and is_same_place then 'review' else 'no'
            end
            -- Surname and address are not independent: without a first name, spouses and siblings are alike.
            when coalesce(first_name = 'other', true) then 'no'
            when birth_date = 'other' then 'no'
            when birth_date = 'year alone' then case when is_full_name and place = 'same' then 'review' else 'no' end
            -- Senior and Junior, Mr and Master
            when is_other_generation and not is_birth_date then case
                when is_full_name and is_same_place then 'review' else 'no'
            end
            when birth_date = 'decades apart' then case
                when is_full_name and (is_same_place or is_same_contact) then 'review' else 'no'
            end
            when sex_differs and not (is_full_name and is_birth_date and is_same_place) then 'no'
            when is_birth_date then case
                when first_name = 'alike' then case
                    when is_surname and place = 'same' then 'review' when is_surname and match_weight >= 12 then 'review' else 'no'
                end
                when is_surname and match_weight >= 13 and first_name <> 'initial' then 'link'
                when is_surname and (is_same_place or is_same_contact) then 'link'
                -- a name before and after a marriage
                when is_first_name and (is_same_place or is_same_contact) then 'link'
                when is_first_name and place = 'postcode' and match_weight >= 6 then 'link'
                when is_surname and match_weight >= 2 then 'review'
                when first_name in ('same', 'variant') and match_weight >= 4 then 'review'
                else 'no'
            end
            when is_near_birth_date then case
                when birth_date = 'same first of January' and first_name = 'typo' then 'review'
                when birth_date = 'same first of January' and not is_same_place and not is_same_contact then case
                    when is_full_name and match_weight >= 10 then 'review' else 'no'
                end
                when is_full_name and (is_same_place or is_same_contact) then 'link'
                when is_first_name and is_surname and (is_same_place or is_same_contact) and match_weight >= 6 then 'link'
                when is_full_name and place = 'postcode' and match_weight >= 6 then 'link'
                when is_full_name and birth_date <> 'same year' and match_weight >= 5 then 'link'
                when is_surname and (is_same_place or is_same_contact) then 'review'
                when is_full_name and match_weight >= 4 then 'review'
                else 'no'
            end
            -- one of them, or neither, has a date of birth
            when coalesce(middle_name = 'other', false) and first_name <> 'other name' then case
                when is_full_name and (is_same_place or is_same_contact) then 'review' else 'no'
            end
            when is_same_contact and is_first_name and (is_surname or is_same_place) then 'link'
            when is_same_contact and first_name = 'initial' and surname in ('same', 'typo') then 'link'
            when is_same_contact and is_first_name then 'review'
            -- an office has a person once, and two of one family name at one address as often as not
            when is_same_source and not coalesce(is_same_wording, false) then case
                when is_same_place and is_first_name and is_surname then 'review' else 'no'
            end
            when place in ('same', 'building') and is_full_name then 'link'
            when place = 'same' and is_first_name and is_surname then case
                when first_name = 'other name' and surname <> 'swapped' then 'review' else 'link'
            end
            when place = 'same' and first_name = 'initial' and surname in ('same', 'typo') then case surname
                when 'same' then 'link' else 'review'
            end
            when place = 'same, of many' and is_full_name then case when match_weight >= 9 then 'link' else 'review' end
            when place = 'same, of many' and is_first_name and is_surname then case
                when match_weight >= 6 and (first_name <> 'other name' or surname = 'swapped') then 'link' else 'review'
            end
            when place = 'same, of many' and first_name = 'initial' and surname = 'same' then 'review'
            when place = 'postcode' and is_full_name then case
                when match_weight >= 9 or (match_weight >= 4 and not is_other_door) then 'link' else 'review'
            end
            when place = 'same' and first_name = 'alike' and is_surname then 'review'
            when place = 'same' and first_name in ('same', 'variant') and is_woman then 'review'
            when surname = 'same' and first_name = 'same' and match_weight >= 6.5 then 'link'
            when surname = 'same' and first_name = 'same' and match_weight >= 3 then 'review'
            else 'no'
        end as decision
    from (select *, (nhs_number_differs or nino_differs) as is_other_number_too from judged)

)

select
    record_id_l,
    record_id_r,
    match_weight,
    decision,
    is_same_number,
    list_filter(
        [
            case first_name
                when 'same' then 'same first name' when 'variant' then 'first names that stand for each other'
                when 'typo' then 'first name spelt almost so' when 'other name' then 'another first name of the person'
                when 'alike' then 'first names alike' when 'initial' then 'same initial' when 'other' then 'other first name'
            end,
            case middle_name when 'other' then 'other middle name' end,
            case surname
                when 'same' then 'same surname' when 'typo' then 'surname spelt almost so' when 'part' then 'part of the surname'
                when 'swapped' then 'first name and surname swapped' when 'other' then 'other surname'
            end,
            case birth_date
                when 'same' then 'same date of birth' when 'same first of January' then 'both born on a 1 January'
                when 'day and month swapped' then 'day and month of birth swapped' when 'decades apart' then 'born decades apart'
                when 'one digit' then 'date of birth but for a digit' when 'same year' then 'same year of birth'
                when 'two of three' then 'two parts of the date of birth' when 'other' then 'other date of birth'
            end,
            case place
                when 'same' then 'same address' when 'same, of many' then 'same address, which many have'
                when 'building' then 'same building' when 'postcode' then 'same postcode' when 'sector' then 'near by'
            end,
            case when sex_differs then 'other sex' end,
            case when nhs_number_agrees then 'same NHS number' when nhs_number_differs then 'other NHS number' end,
            case when nino_agrees then 'same NI number' when nino_differs then 'other NI number' end,
            case when phone_agrees then 'same telephone' end,
            case when email_agrees then 'same e-mail' end
        ],
        lambda said: said is not null
    ) as evidence
from decided
where decision <> 'no'

{# Whether a pair of records is one person: `link`, `review` (a person should look) or `no`. The first rule that fits decides. The
   thresholds of the weight stand here and nowhere else; what they rest on is in docs/people.md. #}
{% macro link_decision() -%}
case
    -- Numbers say it, unless all else speaks against them: a number is typed into a wife's record now and then.
    when is_same_number then case
        when first_name in ('other', 'alike') and coalesce(birth_date in ('other', 'decades apart'), true) then 'no'
        when first_name in ('other', 'alike') then case when is_surname and is_birth_date then 'review' else 'no' end
        when is_any_number_other then 'review'
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
        -- Who has moved: the weight knows how many others can have the name.
        when is_surname and match_weight >= case first_name when 'initial' then 12 else 8 end then 'link'
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
    when place = 'same, of many' and is_full_name then case when match_weight >= 8 then 'link' else 'review' end
    when place = 'same, of many' and is_first_name and is_surname then case
        when match_weight >= 6 and (first_name <> 'other name' or surname = 'swapped') then 'link' else 'review'
    end
    when place in ('same, of many', 'building') and first_name = 'initial' and surname = 'same' then case
        when match_weight >= 7 then 'link' else 'review'
    end
    when place = 'postcode' and is_full_name then case
        when match_weight >= 9 or (match_weight >= 2 and not is_other_uprn) then 'link' else 'review'
    end
    when place = 'same' and first_name = 'alike' and is_surname then 'review'
    when place = 'postcode' and first_name = 'initial' and surname = 'same' and not is_other_uprn then case
        when match_weight >= 4 then 'link' else 'review'
    end
    -- a name before and after a marriage, unless many have the first name
    when place = 'same' and first_name in ('same', 'variant') and is_woman then case
        when first_name = 'same' and match_weight >= 3 then 'link' else 'review'
    end
    -- elsewhere: whether there is likely to be another of this name
    when surname = 'same' and first_name = 'same' then case
        when is_moved_together and is_rare_name and is_same_sender then 'link'
        when is_moved_together and (is_rare_name or is_same_sender) and not is_name_of_two then 'link'
        when is_name_of_two then case when is_rare_name or is_moved_together then 'review' else 'no' end
        when is_rarest_name or (is_rare_name and is_same_sender) then 'link'
        when coalesce(middle_name = 'same', false) and match_weight >= 3 then 'link'
        when is_rare_name or match_weight >= 3 then 'review'
        else 'no'
    end
    else 'no'
end
{%- endmacro %}

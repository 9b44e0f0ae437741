{# What speaks for and against a pair of records being one person, as a list of phrases. #}
{% macro link_evidence() -%}
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
)
{%- endmacro %}

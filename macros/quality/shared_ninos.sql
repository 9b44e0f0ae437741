{# The records whose National Insurance number another person of the same provider has too, one row an issue. Two records are of
   two people when neither day of birth nor name is the same: one of them alone may be a slip. The suffix is no part of
   the number's identity, since systems leave it out. `records` has the columns of a person in staging. #}
{% macro shared_ninos(records) -%}
    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        'nino' as field,
        'identifier_shared' as issue_type,
        nino as value_as_sent
    from (
        select
            *,
            {{ code_key("coalesce(name, concat_ws(' ', forename, surname))") }} as name_key,
            left(nino, 8) as number_key
        from {{ records }}
        where nino is not null and birth_date is not null
    ) as people
    window numbers as (partition by provider_code, number_key)
    qualify
        min(birth_date) over numbers <> max(birth_date) over numbers
        and min(name_key) over numbers <> max(name_key) over numbers
{%- endmacro %}

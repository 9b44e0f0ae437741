{# A telephone number of this country in its national form, digits alone (`02079460123`): +44, 0044 and a lost leading nought are
   made one; null for what is none, for one digit over and over, and for numbers from abroad, whose length nothing tells. #}
{% macro parse_phone(expr) -%}
    list_transform(
        list_transform(
            [regexp_replace(
                regexp_replace(replace({{ plain_text(expr) }}, '(0)', ''), '[^0-9+.]|[.]0*$|[.]', '', 'g'),
                '^(?:[+]|00)44(?:0*)', '0'
            )],
            lambda digits: case when digits[1:1] between '1' and '9' then '0' || digits else digits end
        ),
        lambda number: case
            when
                regexp_full_match(number, '0[123578][0-9]{8,9}')
                and not regexp_full_match(number[2:], '1+|2+|3+|5+|7+|8+')
                then number
        end
    )[1]
{%- endmacro %}

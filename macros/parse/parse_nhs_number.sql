{# An NHS number as ten digits, whatever its blanks, hyphens, a spreadsheet's mark or `.0`; null where there are not ten, where
   the check digit (modulus 11, NHS Data Dictionary) is wrong, or where all are one digit: 0000000000 and 9999999999 pass the
   check and are what systems write for want of a number. #}
{% macro parse_nhs_number(expr) -%}
    list_transform(
        [regexp_replace(regexp_replace({{ plain_text(expr) }}, '^''|[.]0+$', '', 'g'), '[ -]+', '', 'g')],
        lambda number: case
            when
                regexp_full_match(number, '[0-9]{10}')
                and not regexp_full_match(number, '0+|1+|2+|3+|4+|5+|6+|7+|8+|9+')
                and (
                    11 - list_sum(list_transform(range(1, 10), lambda n: (11 - n) * try_cast(number[n:n] as integer))) % 11
                ) % 11 = try_cast(number[10:10] as integer)
                then number
        end
    )[1]
{%- endmacro %}

{# The five to seven capitals and digits of a postcode with O for 0 and I for 1 where only a digit can stand, and the other way
   round where only a letter can. The second place can be either, unless the outward code's length decides; no district of two
   digits begins with 0, no area ends in I. #}
{% macro postcode_slips_mended(code) -%}
    translate({{ code }}[1], '01', 'OI')
    || case
        when len({{ code }}) = 7 then translate({{ code }}[2], '01', 'OI')
        when len({{ code }}) = 5 then translate({{ code }}[2], 'OI', '01')
        else translate({{ code }}[2], '0I', 'O1')
    end
    || translate({{ code }}[3:-3], 'OI', '01')
    || {{ code }}[-2:]
{%- endmacro %}

{# A full British postcode in the normal form `SW1A 1AA`, whatever its case, blanks and punctuation; null where the text is not
   one. O and 0, I and 1 are taken for each other only where the place in the postcode allows just the other one. #}
{% macro parse_postcode(expr) -%}
    list_transform(
        [regexp_replace(upper(cast({{ expr }} as varchar)), '[^A-Z0-9]+', '', 'g')],
        lambda code: case
            when regexp_full_match(code, '[A-Z0-9]{5,7}')
                then nullif(regexp_replace(
                    {{ postcode_slips_mended('code') }}, '^{{ postcode_pattern() }}$|^.*$', '\1 \2'
                ), ' ')
        end
    )[1]
{%- endmacro %}

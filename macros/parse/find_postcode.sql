{# The last full British postcode inside a longer text, in the normal form `SW1A 1AA`; null where there is none. It may be run
   together with the word before it (`London RoadLondonSW2 3DH`): capitals after small letters show where it begins, and where
   all is in capitals the word LONDON does. Nothing is mended here. #}
{% macro find_postcode(expr) -%}
    list_transform(
        -- `LONDONE1 6AN` would be NE1, and `UNIT B1 2ND FLOOR` Birmingham
        [regexp_replace({{ plain_text(expr) }}, '(?i)LONDON|[0-9](?:ST|ND|RD|TH) FL', ' ', 'g')],
        lambda place: list_transform(
            [replace(coalesce(
                regexp_extract_all(place, '{{ postcode_pattern() }}\b', 0)[-1],
                regexp_extract_all(upper(place), '{{ postcode_pattern() }}\b', 0)[-1]
            ), ' ', '')],
            lambda found: found[:-4] || ' ' || found[-3:]
        )[1]
    )[1]
{%- endmacro %}

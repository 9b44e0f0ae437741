{# The coordinates that a cell holds, as a list of doubles: one for a number, two for a pair such as
   `51.5, -0.12` or a WKT point, none for anything else. A comma before four digits or more is a decimal
   comma. #}
{% macro coordinate_numbers(cell) -%}
{%- set number = '[-+]?[0-9]+(?:[.][0-9]+)?' -%}
{%- set between = '[^\\w.+-]' -%}
    case
        when {{ cell }} is null then []::double[]
        when regexp_full_match({{ cell }}, '[-+]?[0-9]{1,2},[0-9]{4,}')
            then [cast(replace({{ cell }}, ',', '.') as double)]
        when {{ parse_decimal(cell) }} is not null then [{{ parse_decimal(cell) }}]
        when regexp_full_match(
                {{ cell }},
                '(?i){{ between }}*(?:point)?{{ between }}*{{ number }}{{ between }}+{{ number }}{{ between }}*'
            )
            then list_transform(
                regexp_extract_all({{ cell }}, '{{ number }}'), lambda part: cast(part as double)
            )
        else []::double[]
    end
{%- endmacro %}

{# A measured number as double. `units` are taken off the end, never converted: name only such as mean the same thing.
   `<10`, `1-2`, `c. 5`, a decimal comma and a unit that is not named make it null. #}
{% macro parse_decimal(expr, units=['ha', 'hectare', 'hectares', 'm', 'metres', 'm2', 'sqm', 'sq m', '%']) -%}
    list_transform(
        [replace(lower({{ plain_text(expr) }}), '−', '-')],
        lambda measured: case
            when
                regexp_full_match(
                    measured,
                    '[-+]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:e[-+]?[0-9]{1,2})?'
                    '(?: *(?:{{ units | join("|") }})[.]?)?'
                )
                then try_cast(
                    replace(regexp_extract(measured, '^[-+]?[0-9,.]+(?:e[-+]?[0-9]+)?'), ',', '') as double
                )
        end
    )[1]
{%- endmacro %}

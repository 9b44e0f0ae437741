{# A whole number as bigint. Thousands may be parted by commas and a spreadsheet may have added `.0`; anything else that
   follows the digits (`12.5`, `6F`, `<10`, `1E5`) makes it null. #}
{% macro parse_integer(expr) -%}
    list_transform(
        [replace({{ plain_text(expr) }}, '−', '-')],
        lambda digits: case
            when regexp_full_match(digits, '[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:[.]0*)?')
                then try_cast(replace(regexp_replace(digits, '[.].*', ''), ',', '') as bigint)
        end
    )[1]
{%- endmacro %}

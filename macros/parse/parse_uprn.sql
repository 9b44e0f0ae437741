{# A Unique Property Reference Number (BS 7666: 1 to 999999999999) as bigint. Leading noughts, blanks, a spreadsheet's mark for
   text and a `.0` are taken off; an exponent (`1.00012E+11`) has lost digits and is null. #}
{% macro parse_uprn(expr) -%}
    try_cast(nullif(regexp_extract(
        replace({{ plain_text(expr) }}, ' ', ''), '^''?0*([1-9][0-9]{0,11})(?:[.]0*)?$', 1
    ), '') as bigint)
{%- endmacro %}

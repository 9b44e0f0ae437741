{# The date of a spreadsheet's day number (1900 system) written in at most five digits; a time of day after the point is passed
   over. Days before 61 are one later than they count, because the system believes in a 29 February 1900. #}
{% macro serial_date(expr) -%}
    list_transform(
        [try_cast(regexp_extract({{ expr }}, '^[0-9]+') as integer)],
        lambda serial: date '1899-12-30' + case when serial between 1 and 60 then serial + 1 else serial end
    )[1]
{%- endmacro %}

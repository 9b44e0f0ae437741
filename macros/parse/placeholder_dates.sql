{# The dates that systems store where there is none: the first or last that they can hold, and a spreadsheet's day nought. #}
{% macro placeholder_dates() -%}
    date '0001-01-01', date '1753-01-01', date '1899-12-30', date '1899-12-31', date '1900-01-01',
    date '2099-12-31', date '2999-12-31', date '9999-01-01', date '9999-12-31'
{%- endmacro %}

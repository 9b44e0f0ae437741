{# The code of a statistical area (nine characters) in capitals; null where there is none. A letter and 99999999 is the register's
   word for "lies in no such area". #}
{% macro area_code(expr) -%}
    nullif(regexp_replace(upper({{ clean_text(expr) }}), '^[A-Z]99999999$', ''), '')
{%- endmacro %}

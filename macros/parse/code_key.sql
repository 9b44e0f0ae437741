{# The form under which a code as sent meets its alias: lower-case, letters and digits of any script, one blank for everything
   between. Null where nothing is left. #}
{% macro code_key(expr) -%}
    nullif(trim(regexp_replace(
        lower(replace({{ plain_text(expr) }}, '&', ' and ')), '[^\p{L}\p{N}]+', ' ', 'g'
    )), '')
{%- endmacro %}

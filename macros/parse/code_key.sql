{# The form under which a code as sent meets its alias: lower-case, letters and digits of any script, one blank for everything
   between. A minus before a number is part of it: -1 is not 1. Null where nothing is left. #}
{% macro code_key(expr) -%}
    nullif(trim(regexp_replace(
        lower(regexp_replace(replace({{ plain_text(expr) }}, '&', ' and '), '^[-−]([0-9])', 'minus \1')),
        '[^\p{L}\p{N}]+', ' ', 'g'
    )), '')
{%- endmacro %}

{# True for yes, y, true, t, 1; false for no, n, false, f, 0; null for anything else. #}
{% macro parse_boolean(expr) -%}
    case
        when lower({{ plain_text(expr) }}) in ('yes', 'y', 'true', 't', '1', '1.0') then true
        when lower({{ plain_text(expr) }}) in ('no', 'n', 'false', 'f', '0', '0.0') then false
    end
{%- endmacro %}

{# Short stand-ins for the macros that expand to thousands of nodes: sqlfluff looks at the models, which call them, and would
   spend two minutes of three on what they expand to. Read after macros/ (.sqlfluff), and by nothing else. #}
{% macro parse_date(expr, format=none) -%}parse_date({{ expr }}){%- endmacro %}
{% macro date_issue(expr, parsed, format=none) -%}date_issue({{ expr }}, {{ parsed }}){%- endmacro %}
{% macro parse_timestamp(expr, format=none, day=none) -%}parse_timestamp({{ expr }}){%- endmacro %}
{% macro parse_count(expr) -%}parse_count({{ expr }}){%- endmacro %}
{% macro parse_postcode(expr) -%}parse_postcode({{ expr }}){%- endmacro %}
{% macro postcode_issue(expr, parsed) -%}postcode_issue({{ expr }}, {{ parsed }}){%- endmacro %}
{% macro number_issue(expr, parsed) -%}number_issue({{ expr }}, {{ parsed }}){%- endmacro %}
{% macro clean_text(expr) -%}clean_text({{ expr }}){%- endmacro %}
{% macro plain_text(expr) -%}plain_text({{ expr }}){%- endmacro %}
{% macro person_name_parts(expr, surname_first=false) -%}person_name_parts({{ expr }}){%- endmacro %}
{% macro name_sound(expr) -%}name_sound({{ expr }}){%- endmacro %}
{% macro name_words(expr) -%}name_words({{ expr }}){%- endmacro %}
{% macro coded_fields() -%}
    {{ return([
        {'subject': 'homelessness', 'field': 'one', 'list': 'one'},
        {'subject': 'public_health', 'field': 'two', 'list': 'two'},
    ]) }}
{%- endmacro %}

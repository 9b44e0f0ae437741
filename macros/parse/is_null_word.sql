{# True where a text is null or says in a word that there is no value; never null. #}
{% macro is_null_word(expr) -%}
    coalesce(lower(trim({{ expr }})) in ({{ null_words() }}), true)
{%- endmacro %}

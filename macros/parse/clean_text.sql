{# A text as a person would have written it: on one line, without the quotes that a system wrapped it in; null where it
   holds only a null word. Quotes inside a text and quotes without their fellow stay. #}
{% macro clean_text(expr) -%}
    case when {{ expr }} <> '' then list_transform(
        [trim(regexp_replace({{ plain_text(expr) }}, '^"+([^"]*)"+$', '\1'))],
        lambda plain: case when not {{ is_null_word('plain') }} then plain end
    )[1] end
{%- endmacro %}

{# True where a name was taken out of a text before it was published; false otherwise, never null. #}
{% macro is_redacted(expr) -%}
    coalesce(
        regexp_matches(
            {{ plain_text(expr) }},
            '(?i)^\W*redacted\b|\b(name|names|data|details|information|individual|supplier) (redacted|withheld)\b'
        ),
        false
    )
{%- endmacro %}

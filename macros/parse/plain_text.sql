{# A text on one line: control characters (line ends too), no-break spaces and runs of blanks become one blank, zero-width
   characters go, the ends are trimmed. Case, quotes and words stay: the first step of every other macro here. #}
{% macro plain_text(expr) -%}
    trim(regexp_replace(
        regexp_replace(
            cast({{ expr }} as varchar),
            '[\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]+', '', 'g'
        ),
        '[\p{Cc}\p{Z}]+', ' ', 'g'
    ))
{%- endmacro %}

{# What stands in a name beside it, in capitals, as alternatives of a regular expression: of which generation somebody is, that
   somebody has died, that a child has no name yet. #}
{% macro words_beside_names() -%}
    JUNIOR|JNR|JR|SENIOR|SNR|SR|II|III|ESQ|EXECUTORS?|EXORS?|ESTATE|OF|THE|LATE|DECEASED|DECD|BABY|INFANT|UNKNOWN
{%- endmacro %}

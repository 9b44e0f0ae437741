{# 1 where a text ends in exactly 23:00 UTC on a day from March to October: a London midnight that a system turned into UTC, so
   that its date is the day after. 0 otherwise. #}
{% macro summer_midnight(expr) -%}
    case
        when regexp_matches(cast({{ expr }} as varchar), '-(?:0[3-9]|10)-[0-9]{2}[T ]23:00(?::00(?:[.]0+)?)?(?:Z|[+]00:?00)\s*$')
            then 1
        else 0
    end
{%- endmacro %}

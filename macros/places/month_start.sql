{# The first day of a month written as `202608` (a spreadsheet may have added `.0`), or of the month in which a full date lies. #}
{% macro month_start(expr) -%}
    coalesce(
        case
            when regexp_full_match({{ plain_text(expr) }}, '[0-9]{6}(?:[.]0*)?')
                then try_cast(regexp_replace(left({{ plain_text(expr) }}, 6), '(....)(..)', '\1-\2-01') as date)
        end,
        cast(date_trunc('month', {{ parse_date(expr) }}) as date)
    )
{%- endmacro %}

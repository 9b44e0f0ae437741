{# The issue of a postcode: unreadable; mended where letters and digits had to be told apart; null when all is well or
   nothing was sent. `parsed` is the column that parse_postcode gave. #}
{% macro postcode_issue(expr, parsed) -%}
    case
        when {{ parsed }} is null
            then case when {{ clean_text(expr) }} is not null then 'postcode_unreadable' end
        when replace({{ parsed }}, ' ', '') <> regexp_replace(upper({{ expr }}), '[^A-Z0-9]+', '', 'g')
            then 'postcode_mended'
    end
{%- endmacro %}

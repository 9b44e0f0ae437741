{# The issue of an amount: unreadable; mended where it is not in digits (parted by commas) with a sign and pound sign in
   front and two decimals at most; null when all is well or nothing was sent. `parsed` is the column that parse_money gave. #}
{% macro amount_issue(expr, parsed) -%}
    case
        when {{ parsed }} is null
            then case when {{ clean_text(expr) }} is not null then 'amount_unreadable' end
        when not regexp_full_match({{ expr }}, '\s*[-+]?\s*£?\s*[-+]?[0-9]*(?:,[0-9]{3})*(?:[.][0-9]{0,2})?\s*')
            then 'amount_mended'
    end
{%- endmacro %}

{# What is wrong with a count as sent, or null. `parsed` is what `parse_count` made of it.

   number_unreadable: it says something, and that is no count. number_mended: it was in words, with a unit or a basement beside it. #}
{% macro number_issue(expr, parsed) -%}
    case
        when {{ clean_text(expr) }} is null then null
        when {{ parsed }} is null then 'number_unreadable'
        when {{ parsed }} < 0 then 'number_negative'
        when {{ parse_integer(expr) }} is null then 'number_mended'
    end
{%- endmacro %}

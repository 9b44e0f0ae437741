{# The issue of a measure that can't be nought: unreadable, or a nought that stands for none and was set to null. #}
{% macro measure_issue(as_sent, parsed) -%}
    case
        when {{ parsed }} is not null or {{ clean_text(as_sent) }} is null then null
        when {{ parse_decimal(as_sent) }} = 0 then 'number_placeholder'
        else 'number_unreadable'
    end
{%- endmacro %}

{# The issue of a value that was sent, is no null word, and could not be read; null when all is well. #}
{% macro unreadable(as_sent, parsed, issue_type) -%}
    case when {{ parsed }} is null and {{ clean_text(as_sent) }} is not null then '{{ issue_type }}' end
{%- endmacro %}

{# The issue of a required value that is blank or a null word. #}
{% macro blank(as_sent) -%}
    case when {{ clean_text(as_sent) }} is null then 'value_missing' end
{%- endmacro %}

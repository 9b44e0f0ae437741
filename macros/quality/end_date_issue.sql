{# What is wrong with the last day of something as sent, or null: as `date_issue`, but that the last day of the century, by
   which a system marks every record that goes on, is no fault of the record. #}
{% macro end_date_issue(expr, parsed, format=none) -%}
    case
        when not regexp_matches(upper({{ expr }}), '2099[-/.]?12[-/.]?31|31[-/. ](?:12|DEC)[A-Z]*[-/. ]2099')
            then {{ date_issue(expr, parsed, format) }}
    end
{%- endmacro %}

{# Whether something was done, as told by a flag or by the day on which it was: the flag where there is one, true for a day, false
   where a column for either is there and blank. Null where no column says anything, or what it says can't be read.
   Flag and day as parsed, then both as sent; format is the day's. #}
{% macro flag_or_date(flag, day, flag_as_sent, day_as_sent, format) -%}
    case
        when {{ flag }} is not null then {{ flag }}
        when {{ day }} is not null then true
        when coalesce({{ flag_as_sent }}, {{ day_as_sent }}) is null then null
        when {{ clean_text(flag_as_sent) }} is not null then null
        when {{ date_issue(day_as_sent, day, format=format) }} = 'date_unreadable' then null
        else false
    end
{%- endmacro %}

{# What is wrong with a date as sent, or null. `parsed` is what `parse_date` made of it with the same `format`.

   date_unreadable: it says something, and that is no date. date_placeholder: it says "no date" by a date.
   date_looks_month_first: month first, though nothing was declared. date_format_differs: readable, but not in the declared
   format, or a spreadsheet's day number though nothing was declared. All but the first have been repaired. #}
{% macro date_issue(expr, parsed, format=none) -%}
{%- set declared = 'cast(null as varchar)' if format is none else format -%}
    case
        -- A day that was read from the form that most dates have is no issue: nothing of it is looked at again.
        when
            {{ expr }} <> ''
            and not (
                {{ parsed }} is not null
                and regexp_full_match(cast({{ expr }} as varchar), '[12][0-9]{3}-[01][0-9]-[0-3][0-9]')
            )
            then list_transform(
                [{{ expr }}],
                lambda sent: case
                    when {{ parsed }} is not null
                        then list_transform(
                            [{{ date_text('sent') }}],
                            lambda day_text: case
                                when regexp_full_match(day_text, '[0-9]{5}(?:[.][0-9]*)?')
                                    then case
                                        when coalesce({{ declared }} not in ('excel_serial', 'epoch_ms'), true) then 'date_format_differs'
                                    end
                                -- a year in front or a month by name is never in doubt
                                when not regexp_full_match(day_text, '[0-9]{1,2}[-–/., ]+[0-9]{1,2}[-–/., ]+[''’]?[0-9]{2,4}') then null
                                when {{ declared }} is null and regexp_matches(day_text, '^[0-9]+[^0-9]+(?:1[3-9]|[23][0-9])')
                                    then 'date_looks_month_first'
                                when {{ declared }} is null then null
                                when {{ declared }} = 'dmy' and regexp_matches(day_text, '^[0-9]+[^0-9]+(?:0?[0-9]|1[0-2])[^0-9]')
                                    then null
                                when {{ declared }} = 'mdy' and regexp_matches(day_text, '^(?:0?[0-9]|1[0-2])[^0-9]') then null
                                when
                                    {{ declared }} = 'ymd'
                                    and regexp_full_match(day_text, '[0-9]{2}[^0-9]+(?:0?[0-9]|1[0-2])[^0-9]+(?:[0-2]?[0-9]|3[01])')
                                    then null
                                else 'date_format_differs'
                            end
                        )[1]
                    when {{ clean_text('sent') }} is null then null
                    when
                        {{ read_date('sent', format) }} in ({{ placeholder_dates() }})
                        or regexp_full_match({{ date_text('sent') }}, '0+[-/.]0+[-/.]0+')
                        then 'date_placeholder'
                    else 'date_unreadable'
                end
            )[1]
    end
{%- endmacro %}

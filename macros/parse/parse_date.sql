{# The day that a text says, as date; null where it says none.

   `format` is an SQL expression of the declared format (`dmy`, `mdy`, `ymd`, `excel_serial`, `epoch_ms` or null); it decides
   where a text can be read in two ways, and day first is the habit where nothing is declared. ISO dates, `20120608`, and months by
   name are read whatever is declared. A month and year alone is no date. Two-digit years: 00-49 are 2000-2049.
   Month first is read where the second number can only be a day, and five digits as a spreadsheet's day number where that falls
   in 1990-2060: `date_issue` tells of both. Placeholders (`1900-01-01`, `31/12/9999`) and years before 1000 are null.
   A time of day and its zone are passed over, except for a London midnight given in UTC (`2012-06-07T23:00:00Z` is the 8th). #}
{% macro parse_date(expr, format=none) -%}
    list_transform(
        [case
            -- By far the most dates are of this form, and it needs none of the rest.
            when regexp_full_match(cast({{ expr }} as varchar), '[12][0-9]{3}-[01][0-9]-[0-3][0-9]')
                then try_cast({{ expr }} as date)
            when cast({{ expr }} as varchar) <> '' then {{ read_date(expr, format) }}
        end],
        lambda day_read: case
            when day_read >= date '1000-01-01' and day_read not in ({{ placeholder_dates() }}) then day_read
        end
    )[1]
{%- endmacro %}

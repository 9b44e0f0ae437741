{# The day that a text says, placeholders too: what `parse_date` and `date_issue` share. The rules are told in `parse_date`. #}
{% macro read_date(expr, format=none) -%}
{%- set month = '(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]{0,6}' -%}
{%- set ordinal = '(?:ST|ND|RD|TH)?(?: OF)?' -%}
    list_transform(
        [{{ date_text(expr) }}],
        lambda day_text: case
            {% if format is not none -%}
            when {{ format }} = 'epoch_ms' and regexp_full_match(day_text, '-?[0-9]{1,14}(?:[.]0*)?')
                then {{ epoch_date('day_text') }}
            when {{ format }} = 'excel_serial' and regexp_full_match(day_text, '[0-9]{1,5}(?:[.][0-9]*)?')
                then {{ serial_date('day_text') }}
            {% endif -%}
            when regexp_full_match(day_text, '[0-9]{5}(?:[.][0-9]*)?')
                then case when left(day_text, 5) between '32874' and '58804' then {{ serial_date('day_text') }} end
            when regexp_full_match(day_text, '[0-9]{8}(?:T?[0-9]{4}|T?[0-9]{6}Z?)?')
                then try_cast(regexp_replace(left(day_text, 8), '(....)(..)(..)', '\1-\2-\3') as date)
            else {{ date_of_parts("regexp_extract(
                    regexp_replace(
                        day_text, '^(" ~ month ~ ") ?([0-9]{1,2})" ~ ordinal ~ "[, ]+([0-9]{4})$', '\\2 \\1 \\3'
                    ),
                    '^([0-9]{4}|[0-9]{1,2})" ~ ordinal ~ "'
                    '(?:[-–/., ]+([0-9]{1,2})[-–/., ]+|[-–/., ]*(" ~ month ~ ")[-–/., ]*)'
                    '(?:[''’]?([0-9]{4}|[0-9]{1,2}))$',
                    ['first', 'second', 'named', 'third']
                )", format) }}
        end
    )[1]
    + {{ summer_midnight(expr) }}
{%- endmacro %}

{# The part of a text that says the day: upper-case, on one line, without weekday, time of day, zone and quotes. For the other
   date macros. #}
{% macro date_text(expr) -%}
{%- set weekday = '(?:MON|TUES?|WED(?:NES)?|THU(?:RS?)?|FRI|SAT(?:UR)?|SUN)(?:DAY)?[., ]+' -%}
{%- set time = '[T, ]+[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)? ?(?:[AP]M)?' -%}
{%- set zone = ' ?(?:Z|UTC|GMT|BST|[-+][0-9]{2}:?(?:[0-9]{2})?)?' -%}
    regexp_replace(
        upper({{ plain_text(expr) }}),
        '^["'' ]*(?:{{ weekday }})?|(?:{{ time }}{{ zone }})?["'' ]*$', '', 'g'
    )
{%- endmacro %}

{# A name in capitals as it may be written from another alphabet or by ear: IRYNA as IRINA, MARIIA as MARIA, BALJEET as BALJIT. #}
{% macro name_sound(expr) -%}
{%- set written = [('EE', 'I'), ('OO', 'U'), ('OU', 'U'), ('Y', 'I'), ('PH', 'F'), ('CK', 'K'), ('W', 'V'), ('Z', 'S')] -%}
{%- set doubled = 'ABDFGIKLMNPRSTU' -%}
    {% for _ in doubled %}replace({% endfor %}{% for _ in written %}replace({% endfor %}{{ expr }}
    {%- for said, sound in written %}, '{{ said }}', '{{ sound }}'){% endfor %}
    {%- for letter in doubled %}, '{{ letter }}{{ letter }}', '{{ letter }}'){% endfor %}
{%- endmacro %}

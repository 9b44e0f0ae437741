{# The words that systems write where there is no value, lower-case, as an SQL list without its brackets.

   Left out on purpose: 'unknown' and 'not known', which are values in code lists (`unknown ownership`) and say that
   somebody looked; '0'; and marks of suppression such as '*' or '<10', which mean "a small number".
   'none' is in (what some languages print for an absent value), and so is its Welsh form 'dim'. #}
{% macro null_words() -%}
    '', 'null', '<null>', '(null)', '[null]', '\N', 'nil', 'none', 'dim', 'nan', 'nat',
    'n/a', 'na', 'n.a.', 'n.a', '#n/a', '#ref!', '#value!', '#name?', '#div/0!', '#num!', '#null!',
    '?', '??', '???', '-', '--', '---', '----', '–', '—', '.', '..', '...',
    'no data', 'no data!', 'invalid!', 'not applicable', 'not available',
    'tbc', 'tba', 'tbd', 'to be confirmed'
{%- endmacro %}

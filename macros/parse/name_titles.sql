{# The titles and words before a person's name, as alternatives of a regular expression. #}
{% macro name_titles() -%}
    Mr|Mrs|Ms|Miss|Mx|Messrs|Master|Dr|Doctor|Prof|Professor|Rev|Revd|Reverend|Fr|Sir|Dame|Lord|Lady|Cllr|Councillor|Capt|Captain
{%- endmacro %}

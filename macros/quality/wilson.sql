{# A bound of Wilson's interval (1927), in which the true share lies 19 times in 20: `sign` is - for the lower one, + for the upper. #}
{% macro wilson(hits, tries, sign) -%}
    case when {{ tries }} > 0 then
        (
            {{ hits }} + 1.9208 {{ sign }} 1.96 * sqrt({{ hits }} * ({{ tries }} - {{ hits }}) / {{ tries }} + 0.9604)
        ) / ({{ tries }} + 3.8416)
    end
{%- endmacro %}

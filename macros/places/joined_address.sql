{# An address in one line out of the fields that hold it, blank ones left out; null where all are.
   `fields` are expressions, in the order of an envelope. #}
{% macro joined_address(fields) -%}
    nullif(array_to_string(
        list_filter(
            [
                {% for field in fields -%}
                {{ clean_text(field) }}{{ ',' if not loop.last }}
                {% endfor -%}
            ],
            lambda line: line is not null
        ),
        ', '
    ), '')
{%- endmacro %}

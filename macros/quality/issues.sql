{# The issues of one record: a list of struct(field, issue_type, value_as_sent), empty when there are none.

   checks: a list of [field, expression that gives an issue type or null] or, where the value as sent is not the
   column of that name, [field, expression, expression of the value]. `from` names the relation with the values as sent. #}
{% macro issues(checks, from='base') -%}
    list_filter(
        [
            {% for check in checks -%}
            struct_pack(
                field := '{{ check[0] }}',
                issue_type := {{ check[1] }},
                value_as_sent := {{ check[2] if check | length > 2 else from ~ '.' ~ check[0] }}
            ){{ ',' if not loop.last }}
            {% endfor -%}
        ],
        lambda found: found.issue_type is not null
    )
{%- endmacro %}

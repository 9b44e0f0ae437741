{# The records, each with the providers that its columns name; null where there is none of that name. `names` is column →
   name of the provider's code. #}
{% macro named_organisations(records, names) -%}
    select
        records.*,
        {% for column, code in names.items() %}of_{{ column }}.provider_code as {{ code }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ records }} as records
    {%- for column in names %}
    left join {{ ref('int_organisation_names') }} as of_{{ column }}
        on {{ organisation_key('records.' ~ column) }} = of_{{ column }}.organisation_key
    {%- endfor %}
{%- endmacro %}

{# A lake keeps no comments on the columns of a view; all else is described as in a file. #}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set has_columns = for_columns and not (relation.is_view and adapter.is_ducklake(relation)) -%}
    {{ return(dbt.default__persist_docs(relation, model, for_relation, has_columns)) }}
{%- endmacro %}

{# Each provider with the borough that it is; null for one that is none, such as a national body. #}
{% macro provider_boroughs() -%}
    select
        provider_code,
        case when provider_type = 'london_borough' then gss_code end as borough_code
    from {{ ref('providers') }}
{%- endmacro %}

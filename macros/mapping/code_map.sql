{# The values of a column as sent, one row a provider and value, with the city's code: a provider's own row of the map
   before a shared one. A value that is mapped on purpose to no code has no issue; one that is in no map has. #}
{% macro code_map(list, records, column) -%}
    select
        sent.provider_code,
        sent.as_sent,
        codes.code,
        coalesce(codes.is_repair, false) as is_repair,
        case
            when codes.as_sent is null then 'code_unknown'
            when codes.is_repair then 'code_mended'
        end as issue_type
    from (select distinct provider_code, {{ column }} as as_sent from {{ records }} where {{ column }} is not null) as sent
    left join {{ ref('code_map_' ~ list) }} as codes
        on
            codes.provider_code in (sent.provider_code, '*')
            and {{ code_key('codes.as_sent') }} = {{ code_key('sent.as_sent') }}
    qualify row_number() over (
        partition by sent.provider_code, sent.as_sent order by codes.provider_code = '*', codes.code
    ) = 1
{%- endmacro %}

-- layout_rows.sql
-- One row a line of the layout seeds, all subjects together: a provider's column name and the city's field.
with

layout_rows as (

    {% for subject in subjects() %}
    select
        '{{ subject }}' as subject,
        provider_code,
        source_column,
        field,
        format
    from {{ ref('layout_' ~ subject) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    *,
    case when source_column not like '#%' then {{ column_key('source_column') }} end as column_key,
    case when source_column like '#%' then try_cast(source_column[2:] as integer) end as position
from layout_rows

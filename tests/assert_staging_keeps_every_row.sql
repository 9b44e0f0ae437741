-- Staging keeps each row once (the measures of a wide file are counted in a test of their own).
with

counted as (

    {% for subject in subjects() if subject != 'area_indicators' %}
    select
        '{{ subject }}' as subject,
        (select count(*) from {{ ref('base_' ~ subject) }}) as base_rows,
        (select count(*) from {{ ref('stg_' ~ subject) }}) as staged_rows
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from counted
where base_rows <> staged_rows

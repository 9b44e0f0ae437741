-- int_staging_issues.sql
-- One row an issue that staging found in a value of a landed record.
with

found as (

    {% for subject in subjects() %}
    {{ found_issues(subject, ref('stg_' ~ subject)) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from found

-- int_service_issues.sql
-- One row an issue of a record of a person in a service that shows only beside other fields or records.
with

{% for subject in service_subjects() %}
{{ subject }} as (

    select
        *,
        {{ told_by() }} as told_by
    from {{ ref('stg_' ~ subject) }}

),

{% endfor %}
doubled as (

    {% for subject in service_subjects() %}
    ({{ doubled_records(subject, subject, 'service_reference', within=['told_by']) }})
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

without_name as (

    {% for subject in service_subjects() %}
    select
        '{{ subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'surname' as field,
        'value_missing' as issue_type,
        null::varchar as value_as_sent
    from {{ subject }}
    where surname is null and name is null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

without_address as (

    {% for subject in service_subjects() %}
    select
        '{{ subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'address' as field,
        'value_missing' as issue_type,
        null::varchar as value_as_sent
    from {{ subject }}
    where address is null and postcode is null and uprn is null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from doubled
union all by name
select * from without_name
union all by name
select * from without_address

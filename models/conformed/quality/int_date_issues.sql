-- int_date_issues.sql
-- One row a date of something that has happened, yet lies after the day that its delivery describes.
with

extracts as (

    select * from {{ ref('extracts') }}

),

dated as (

    {% for subject, fields in {
        'spending': ['paid_date'],
        'brownfield_land': ['permission_date', 'first_added_date', 'last_updated_date'],
        'planning_applications': ['received_date', 'valid_date', 'decision_date'],
        'foi_requests': ['received_date', 'closed_date'],
    }.items() %}
    {% for field in fields %}
    select
        '{{ subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        '{{ field }}' as field,
        {{ field }} as date_found
    from {{ ref('stg_' ~ subject) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    dated.subject,
    dated.provider_code,
    dated.extract_id,
    dated.row_number,
    dated.line_number,
    dated.field,
    'date_after_delivery' as issue_type,
    cast(dated.date_found as varchar) as value_as_sent
from dated
inner join extracts on dated.extract_id = extracts.extract_id
where dated.date_found > extracts.as_of_date

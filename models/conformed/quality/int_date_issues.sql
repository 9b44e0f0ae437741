-- int_date_issues.sql
-- One row a date of something that has happened, yet lies after the day that its delivery describes.
with

extracts as (

    select * from {{ ref('extracts') }}

),

dated as (

    {% for dated in past_dates() %}
    select
        '{{ dated.subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        '{{ dated.field }}' as field,
        {{ dated.field }} as date_found
    from {{ ref('stg_' ~ dated.subject) }}
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

-- int_service_records.sql
-- One row a record of a person in a service, of the newest delivery of each provider: who, what and when, not yet where.
with

{% for subject in service_subjects() %}
{{ subject }} as (

    select
        '{{ subject }}' as subject,
        staged.*,
        newest.as_of_date
    from {{ ref('stg_' ~ subject) }} as staged
    inner join ({{ current_snapshots(subject, ref('stg_' ~ subject)) }}) as newest on staged.extract_id = newest.extract_id

),

{% endfor %}
staged as (

    {% for subject in service_subjects() %}
    select * from {{ subject }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}

),

-- A case may name a whole household, so who it is belongs to the key.
keyed as (

    select
        * exclude (issues),
        {{ told_by() }} as told_by
    from staged

)

select
    * exclude (told_by),
    md5(concat_ws('|', subject, provider_code, coalesce(service_reference, record_hash::varchar), told_by)) as episode_key,
    -- The person as this service knows them, from delivery to delivery.
    md5(concat_ws(
        '|', subject, provider_code, coalesce(person_reference, concat_ws('|', service_reference, told_by, record_hash::varchar))
    )) as record_id
from keyed
qualify
    row_number() over (
        partition by subject, provider_code, coalesce(service_reference, record_hash::varchar), told_by
        order by as_of_date desc, extract_id desc, row_number desc
    ) = 1

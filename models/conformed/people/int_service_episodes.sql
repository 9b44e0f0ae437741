-- int_service_episodes.sql
-- One row an episode of a person with a service, of the newest delivery of each provider, with the city's codes and its place.
with

records as (

    select * from {{ ref('int_service_records') }}

),

places as (

    select * from {{ ref('int_record_properties') }}

),

{% for coded in coded_fields() if coded.subject in service_subjects() %}
{{ coded.list }}_sent as (

    select * from records
    where subject = '{{ coded.subject }}'

),

{{ coded.list }}_map as (

    {{ code_map(coded.list, coded.list ~ '_sent', coded.field ~ '_as_sent') }}

),

{% endfor %}
maps as (

    {% for coded in coded_fields() if coded.subject in service_subjects() %}
    select
        '{{ coded.subject }}' as subject,
        '{{ coded.field }}' as field,
        provider_code,
        as_sent,
        code
    from {{ coded.list }}_map
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    records.episode_key,
    records.record_id,
    records.subject,
    records.provider_code,
    places.borough_code,
    records.person_reference,
    records.service_reference,
    records.title,
    records.forename,
    records.middle_name,
    records.surname,
    records.name,
    records.gender,
    records.birth_date,
    records.deceased_date,
    records.nhs_number,
    records.nino,
    records.phone,
    records.email,
    records.pupil_number,
    records.address,
    records.postcode,
    places.uprn,
    places.uprn_method,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    {% for field in ['event_type', 'service_type', 'need', 'outcome', 'accommodation'] -%}
    of_{{ field }}.code as {{ field }},
    records.{{ field }}_as_sent,
    {% endfor -%}
    records.organisation,
    records.household_members,
    records.start_date,
    records.end_date,
    records.last_used_date,
    coalesce(least(records.end_date, records.deceased_date) > records.as_of_date, true)
    and coalesce(records.start_date <= records.as_of_date, true) as is_live,
    records.as_of_date,
    records.extract_id,
    records.row_number,
    records.line_number
from records
left join places
    on
        records.subject = places.subject
        and records.extract_id = places.extract_id
        and records.row_number = places.row_number
{% for field in ['event_type', 'service_type', 'need', 'outcome', 'accommodation'] %}
left join maps as of_{{ field }}
    on
        of_{{ field }}.field = '{{ field }}'
        and records.subject = of_{{ field }}.subject
        and records.provider_code = of_{{ field }}.provider_code
        and records.{{ field }}_as_sent = of_{{ field }}.as_sent
{% endfor %}

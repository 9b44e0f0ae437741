-- int_code_issues.sql
-- One row a coded value that is unknown or had to be mended.
with

brownfield as (

    select * from {{ ref('stg_brownfield_land') }}

),

applications as (

    select * from {{ ref('stg_planning_applications') }}

),

sent as (

    {% for list in ['ownership_status', 'planning_status', 'permission_type'] %}
    select
        'brownfield_land' as subject,
        '{{ list }}' as field,
        provider_code,
        extract_id,
        row_number,
        line_number,
        {{ list }}_as_sent as as_sent
    from brownfield
    union all
    {% endfor %}
    select
        'planning_applications' as subject,
        'planning_decision' as field,
        provider_code,
        extract_id,
        row_number,
        line_number,
        decision_as_sent as as_sent
    from applications
    union all
    select
        'planning_applications' as subject,
        'planning_application_type' as field,
        provider_code,
        extract_id,
        row_number,
        line_number,
        application_type_as_sent as as_sent
    from applications

),

maps as (

    {% for list in [
        'ownership_status',
        'planning_status',
        'permission_type',
        'planning_decision',
        'planning_application_type',
    ] %}
    select
        '{{ list }}' as field,
        map.*
    from ({{ code_map(list, "(select * from sent where field = '" ~ list ~ "')", 'as_sent') }}) as map
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    sent.subject,
    sent.provider_code,
    sent.extract_id,
    sent.row_number,
    sent.line_number,
    sent.field,
    maps.issue_type,
    sent.as_sent as value_as_sent
from sent
inner join maps
    on sent.provider_code = maps.provider_code and sent.field = maps.field and sent.as_sent = maps.as_sent
where maps.issue_type is not null

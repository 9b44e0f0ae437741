-- int_code_issues.sql
-- One row a coded value that is unknown or had to be mended.
with

{% for coded in coded_fields() %}
sent_{{ loop.index }} as (

    select
        '{{ coded.subject }}' as subject,
        '{{ coded.field }}' as field,
        '{{ coded.list }}' as code_list,
        provider_code,
        extract_id,
        row_number,
        line_number,
        {{ coded.field }}_as_sent as as_sent
    from {{ ref('stg_' ~ coded.subject) }}
    where {{ coded.field }}_as_sent is not null

),

map_{{ loop.index }} as (

    {% if coded.is_free_text -%}
    {{ code_map_by_phrase(coded.list, 'sent_' ~ loop.index, 'as_sent') }}
    {%- else -%}
    {{ code_map(coded.list, 'sent_' ~ loop.index, 'as_sent') }}
    {%- endif %}

),

{% endfor %}
found as (

    {% for coded in coded_fields() %}
    select
        sent.* exclude (as_sent),
        map.issue_type,
        sent.as_sent as value_as_sent
    from sent_{{ loop.index }} as sent
    inner join map_{{ loop.index }} as map on sent.provider_code = map.provider_code and sent.as_sent = map.as_sent
    where map.issue_type is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    subject,
    provider_code,
    extract_id,
    row_number,
    line_number,
    field,
    issue_type,
    value_as_sent,
    code_list
from found

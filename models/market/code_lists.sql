-- code_lists.sql
-- One row a code of a code list: what the codes of the marts mean.
{%- set lists = coded_fields() | map(attribute='list') | unique | sort %}
with

{% for name in lists %}
{{ name }} as (

    select
        '{{ name }}' as code_list,
        code,
        label,
        valid_from,
        valid_to,
        source
    from {{ ref(name) }}

),

{% endfor %}
codes as (

    {% for name in lists %}
    select * from {{ name }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    code_list || '|' || code as code_key,
    codes.*
from codes

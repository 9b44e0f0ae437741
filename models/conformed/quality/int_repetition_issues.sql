-- int_repetition_issues.sql
-- One row a record that stands in its file once more, letter for letter or of one key, where nothing else tells of it.
{%- set references = {
    'spending': 'supplier_name',
    'planning_applications': 'application_reference',
    'foi_requests': 'request_reference',
    'brownfield_land': 'site_reference',
} %}
with

-- One document is paid in several lines, and two of them may be alike: which of them is one too many only the sender knows.
{% for subject, reference in references.items() -%}
{{ subject }} as (

    select
        '{{ subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        '{{ reference }}' as field,
        'record_repeated' as issue_type,
        {{ reference }} as value_as_sent
    from {{ ref('stg_' ~ subject) }}
    qualify
        row_number() over (
            partition by extract_id, record_hash
            order by row_number
        ) > 1

),

{% endfor -%}
-- Of a measure of an area that a file has twice the later counts; a wide file has many measures a line, and is told of once.
area_indicators as (

    select distinct * from (
        {{ doubled_records(
            'area_indicators', ref('stg_area_indicators'), 'area_code', within=['position', 'indicator_code', 'period']
        ) }}
    )

)

{% for subject in references -%}
select * from {{ subject }}
union all
{% endfor -%}
select * from area_indicators

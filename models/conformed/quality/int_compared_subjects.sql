-- int_compared_subjects.sql
-- One row a subject and provider whose records were held against something else: accuracy can be told of them.
{%- set dated = past_dates() | map(attribute='subject') | unique | list %}
with

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

),

issue_references as (

    select * from {{ ref('issue_references') }}

),

issue_types as (

    select * from {{ ref('issue_types') }}

),

extract_columns as (

    select * from {{ ref('extract_columns') }}
    where status = 'mapped'

),

control_totals as (

    select * from {{ ref('int_control_totals') }}

),

-- A field by which the record is looked up, and somebody has sent what it is looked up in.
looked_up as (

    select distinct
        extract_columns.subject,
        extract_columns.provider_code
    from extract_columns
    inner join issue_references
        on
            issue_references.subject in (extract_columns.subject, '*')
            and extract_columns.field = issue_references.field
            and extract_columns.subject <> issue_references.reference
    inner join issue_types
        on issue_references.issue_type = issue_types.issue_type and issue_types.quality_dimension = 'accuracy'
    semi join extracts on issue_references.reference = extracts.subject

)

select
    subject,
    provider_code
from looked_up
union
select
    subject,
    provider_code
from control_totals
union
select
    subject,
    provider_code
from extracts
where subject in ('{{ dated | join("', '") }}')

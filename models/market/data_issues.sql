-- data_issues.sql
-- One row an issue found on the way of a value, a record, a column or a file into the mart.
with

issues as (

    select * from {{ ref('int_data_issues') }}

),

fields as (

    select * from {{ ref('subject_fields') }}

),

personal_subjects as (

    select distinct subject
    from fields
    where classification = 'personal'

)

select
    issues.issue_key,
    issues.subject,
    issues.provider_code,
    issues.extract_id,
    issues.as_of_date,
    issues.source_file,
    issues.is_current,
    issues.row_number,
    issues.line_number,
    issues.field,
    issues.issue_type,
    issues.severity,
    issues.who_can_mend,
    issues.quality_dimension,
    issues.message,
    -- In a subject with people in it, whatever is no field that is known not to name one may do so: a record that could
    -- not be landed is kept whole. Of a file or a column there is only its name.
    coalesce(
        fields.classification = 'personal',
        personal_subjects.subject is not null
        and (issues.row_number is not null or issues.issue_type = 'record_rejected')
    ) as is_value_withheld,
    case when not is_value_withheld then issues.value_as_sent end as value_as_sent
from issues
left join fields on issues.subject = fields.subject and issues.field = fields.field
left join personal_subjects on issues.subject = personal_subjects.subject

-- table_fields.sql
-- One row a field that a table of a subject always or never has; a subject that is sent in one table has the table `record`.
with

subject_tables as (

    select * from {{ ref('subject_tables') }}

),

subject_fields as (

    select * from {{ ref('subject_fields') }}

)

select
    subject,
    table_name,
    field,
    presence
from subject_tables
union all
select
    subject_fields.subject,
    'record' as table_name,
    subject_fields.field,
    'always' as presence
from subject_fields
anti join subject_tables on subject_fields.subject = subject_tables.subject
where subject_fields.is_required

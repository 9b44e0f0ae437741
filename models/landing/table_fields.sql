-- table_fields.sql
-- One row a required field of a table in which a subject is sent; a subject that is sent in one table has the table `record`.
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
    field
from subject_tables
union all
select
    subject_fields.subject,
    'record' as table_name,
    subject_fields.field
from subject_fields
anti join subject_tables on subject_fields.subject = subject_tables.subject
where subject_fields.is_required

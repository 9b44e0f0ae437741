-- int_environment_issues.sql
-- One row an issue of a service request, an inspection, a food rating or a tree that shows only beside other records.
with

requests as (

    select * from {{ ref('stg_service_requests') }}

),

current_requests as (

    select * from {{ ref('int_service_request_records') }}

),

inspections as (

    select * from {{ ref('stg_inspections') }}

),

establishments as (

    select * from {{ ref('stg_food_ratings') }}

),

reporters as (

    select * from {{ ref('int_food_reporters') }}

),

trees as (

    select * from {{ ref('stg_street_trees') }}

),

tree_reporters as (

    select * from {{ ref('int_tree_reporters') }}

),

doubled_requests as (

    {{ doubled_records('service_requests', 'requests', 'request_reference', within=['table_name']) }}

),

doubled_inspections as (

    {{ doubled_records('inspections', 'inspections', 'inspection_reference') }}

),

doubled_establishments as (

    {{ doubled_records('food_ratings', 'establishments', 'fhrs_id') }}

),

doubled_trees as (

    {{ doubled_records('street_trees', 'trees', 'tree_reference', within=['local_authority_name', 'site_name', 'street_name']) }}

),

complaints_without_case as (

    select
        'service_requests' as subject,
        complaints.provider_code,
        complaints.extract_id,
        complaints.row_number,
        complaints.line_number,
        'case_reference' as field,
        'case_unknown' as issue_type,
        complaints.case_reference as value_as_sent
    from current_requests as complaints
    anti join current_requests as cases
        on
            cases.table_name = 'request'
            and complaints.provider_code = cases.provider_code
            and complaints.case_reference = cases.request_reference
    where complaints.table_name = 'complaint' and complaints.case_reference is not null

),

unknown_authorities as (

    select
        'food_ratings' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'local_authority_name' as field,
        issue_type,
        local_authority_name as value_as_sent
    from reporters
    where issue_type is not null
    union all
    select
        'street_trees' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'local_authority_name' as field,
        issue_type,
        local_authority_name as value_as_sent
    from tree_reporters
    where issue_type is not null

)

select * from doubled_requests
union all by name
select * from doubled_inspections
union all by name
select * from doubled_establishments
union all by name
select * from doubled_trees
union all by name
select * from complaints_without_case
union all by name
select * from unknown_authorities

-- market_issue_types.sql
-- One row a type of issue: how grave it is, who can mend it, what it says of the data, and how often it stands in what counts.
{{ config(alias='issue_types') }}

with

issue_types as (

    select * from {{ ref('issue_types') }}

),

issues as (

    select * from {{ ref('data_issues') }}
    where is_current

),

found as (

    select
        issue_type,
        count(*) as issues,
        count(distinct provider_code) as providers
    from issues
    group by issue_type

)

select
    issue_types.issue_type,
    issue_types.severity,
    issue_types.who_can_mend,
    issue_types.quality_dimension,
    issue_types.message,
    coalesce(found.issues, 0) as issues,
    coalesce(found.providers, 0) as providers
from issue_types
left join found on issue_types.issue_type = found.issue_type

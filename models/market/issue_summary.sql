-- issue_summary.sql
-- One row a provider, subject, month and type of issue: how many records have it, also in months that have none.
with

issues as (

    select * from {{ ref('data_issues') }}

),

extracts as (

    select * from {{ ref('market_extracts') }}
    where as_of_date is not null

),

issue_types as (

    select * from {{ ref('issue_types') }}

),

months as (

    select
        provider_code,
        subject,
        cast(date_trunc('month', as_of_date) as date) as month,
        count(*) as extracts,
        cast(coalesce(sum(source_records) filter (where outcome = 'landed'), 0) as bigint) as total_records
    from extracts
    group by provider_code, subject, month

),

found as (

    select
        provider_code,
        subject,
        cast(date_trunc('month', as_of_date) as date) as month,
        issue_type,
        count(*) as issues,
        -- A rejected record has a line but no number; what is wrong with a file or a column is of no record.
        count(distinct concat_ws('|', extract_id, line_number, row_number)) filter (
            where row_number is not null or issue_type = 'record_rejected'
        ) as records
    from issues
    where as_of_date is not null
    group by provider_code, subject, month, issue_type

),

-- A month without the issue is the news that a borough waits for, so it has a row once the issue has been seen.
kinds as (

    select distinct
        provider_code,
        subject,
        issue_type
    from found

),

together as (

    select
        months.*,
        kinds.issue_type,
        coalesce(found.issues, 0) as issues,
        coalesce(found.records, 0) as records,
        coalesce(found.records, 0) / nullif(months.total_records, 0) as share_of_records
    from months
    inner join kinds on months.provider_code = kinds.provider_code and months.subject = kinds.subject
    left join found
        on
            months.provider_code = found.provider_code
            and months.subject = found.subject
            and months.month = found.month
            and kinds.issue_type = found.issue_type

)

select
    concat_ws('/', together.provider_code, together.subject, together.month, together.issue_type) as summary_key,
    together.provider_code,
    together.subject,
    together.month,
    together.issue_type,
    issue_types.severity,
    issue_types.who_can_mend,
    issue_types.quality_dimension,
    together.extracts,
    together.total_records,
    together.issues,
    together.records,
    together.share_of_records,
    lag(together.share_of_records) over (
        partition by together.provider_code, together.subject, together.issue_type
        order by together.month
    ) as share_before
from together
inner join issue_types on together.issue_type = issue_types.issue_type

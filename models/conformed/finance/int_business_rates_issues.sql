-- int_business_rates_issues.sql
-- One row an issue of business rates that shows only beside other records: doubled liabilities, and two at one time.
with

records as (

    select * from {{ ref('int_business_rates_records') }}

),

doubled as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        'billing_authority_reference' as field,
        'record_doubled' as issue_type,
        billing_authority_reference as value_as_sent
    from records
    where recency > 1

),

overlapping as (

    select
        provider_code,
        extract_id,
        row_number,
        line_number,
        'billing_authority_reference' as field,
        'account_overlaps' as issue_type,
        billing_authority_reference as value_as_sent
    from records
    where
        recency = 1
        and billing_authority_reference is not null
        and liable_from_date is not null
        and coalesce(liable_to_date > liable_from_date, true)
    qualify
        max(coalesce(liable_to_date, date '9999-12-31')) over (
            partition by provider_code, billing_authority_reference
            order by liable_from_date, extract_id, row_number
            rows between unbounded preceding and 1 preceding
        ) > liable_from_date

)

select
    'business_rates' as subject,
    *
from doubled
union all by name
select
    'business_rates' as subject,
    *
from overlapping

-- Who asks: whoever keeps the layouts and code maps: which columns and values of the newest deliveries does the mart not know?
-- Not to be used for: blame. A new column is news from a provider's system.
select
    provider_code,
    subject,
    as_of_date,
    field,
    issue_type,
    count(*) as issues,
    any_value(message) as for_example
from market.data_issues
where is_current and issue_type in ('column_unknown', 'code_unknown')
group by all
order by issues desc, provider_code asc, subject asc, field asc

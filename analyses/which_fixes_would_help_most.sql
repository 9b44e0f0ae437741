-- Who asks: the data officers' monthly meeting: which kind of fault, in whose data, costs most values.
-- Not to be used for: judging a service; an issue is a fault of a record, not of the work it records.
select
    provider_code,
    subject,
    field,
    issue_type,
    severity,
    who_can_mend,
    count(*) as issues,
    any_value(value_as_sent) as example
from market.data_issues
-- and provider_code = 'camden' asks of one alone
where is_current
group by all
order by severity asc, issues desc
limit 20

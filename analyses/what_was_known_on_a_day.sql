-- Who asks: an auditor: what could a decision of 1 September 2026 have rested on? (Set the day.)
-- Not to be used for: what the release of that day said: `citymart publish --rollback` and a kept release have that.
select
    subject,
    provider_code,
    max(as_of_date) as newest_as_of_date,
    count(*) as files,
    max_by(source_file, as_of_date) as newest_file
from market.extracts
where outcome = 'landed' and as_of_date <= date '2026-09-01'
group by subject, provider_code
order by subject asc, provider_code asc

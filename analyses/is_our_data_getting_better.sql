-- Who asks: a borough's data officer, before and after the suppliers' meeting.
-- Not to be used for: comparing boroughs, whose systems differ in what can go wrong.
select
    provider_code,
    subject,
    month,
    issue_type,
    who_can_mend,
    records,
    round(100 * share_of_records, 1) as percent,
    round(100 * share_before, 1) as percent_before,
    case
        when share_of_records < share_before then 'better'
        when share_of_records > share_before then 'worse'
        else 'as before'
    end as trend
from market.issue_summary
where share_before is not null
order by provider_code, subject, issue_type, month

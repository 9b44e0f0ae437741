-- Who asks: whoever decides whether the data is good enough for the question at hand.
-- Not to be used for: naming and shaming; a borough that sends more finds more issues.
select
    subject,
    provider_name,
    state,
    newest_as_of_date,
    next_due_date,
    landed_rows,
    rejected_rows,
    errors,
    warnings,
    repairs
from market.coverage
order by subject, state, provider_name

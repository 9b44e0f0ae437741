-- Who asks: an analyst who is about to compare boroughs, and whoever asks them for data.
-- Not to be used for: ranking officers; a step says how data came, not who is to blame.
select
    coverage.subject,
    coverage.provider_name,
    coverage.quality_step,
    coverage.quality_step_name,
    coverage.next_step,
    coverage.newest_as_of_date,
    coverage.due_periods - coverage.received_periods as missing_periods,
    lowest.dimension as lowest_dimension,
    lowest.score as lowest_score
from market.coverage
left join (
    select
        subject,
        provider_code,
        arg_min(dimension, score) as dimension,
        min(score) as score
    from market.quality_scores
    group by subject, provider_code
) as lowest on coverage.subject = lowest.subject and coverage.provider_code = lowest.provider_code
where coverage.state = 'received'
order by coverage.subject, coverage.quality_step, coverage.provider_name

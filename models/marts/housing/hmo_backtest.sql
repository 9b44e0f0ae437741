-- hmo_backtest.sql
-- One row a month, borough (or all together) and share of its dwellings: what a list of that day, made by the model of what was
-- known then, would have found in the six months after, beside as many dwellings at random and by a rule of thumb.
with

scores as (

    select * from {{ ref('int_hmo_scores') }}
    where model = 'month'

),

features as (

    select * from {{ ref('int_hmo_features') }}
    where not is_today

),

ranked as (

    select
        scores.borough_code,
        scores.seen_on_date,
        scores.outcome_until_date,
        scores.has_outcome,
        scores.is_found_by_visit,
        row_number() over (
            partition by scores.borough_code, scores.seen_on_date order by scores.probability desc, hash(scores.uprn)
        ) as place,
        row_number() over (
            partition by scores.borough_code, scores.seen_on_date order by {{ hmo_rule('features') }} desc, hash(scores.uprn)
        ) as rule_place,
        count(*) over (partition by scores.borough_code, scores.seen_on_date) as dwellings
    from scores
    inner join features on scores.dwelling_day_key = features.dwelling_day_key

),

shares as (

    select unnest([0.01, 0.05, 0.10]) as share_listed

),

counted as (

    select
        ranked.borough_code,
        ranked.seen_on_date,
        shares.share_listed,
        case when grouping(ranked.seen_on_date) = 0 then max(ranked.outcome_until_date) end as outcome_until_date,
        count(*) as dwellings,
        count(*) filter (ranked.has_outcome) as outcomes,
        count(*) filter (ranked.place <= ceil(ranked.dwellings * shares.share_listed)) as listed,
        count(*) filter (ranked.has_outcome and ranked.place <= ceil(ranked.dwellings * shares.share_listed)) as hits,
        count(*) filter (ranked.is_found_by_visit and ranked.place <= ceil(ranked.dwellings * shares.share_listed))
            as hits_by_visit,
        count(*) filter (ranked.has_outcome and ranked.rule_place <= ceil(ranked.dwellings * shares.share_listed)) as rule_hits
    from ranked
    cross join shares
    group by grouping sets (
        (ranked.borough_code, ranked.seen_on_date, shares.share_listed),
        (ranked.seen_on_date, shares.share_listed),
        (ranked.borough_code, shares.share_listed),
        (shares.share_listed)
    )

)

select
    concat_ws('|', coalesce(borough_code, 'all'), coalesce(seen_on_date::varchar, 'all'), share_listed) as backtest_key,
    borough_code,
    seen_on_date,
    outcome_until_date,
    share_listed::double as share_listed,
    dwellings,
    outcomes,
    listed,
    hits,
    hits_by_visit,
    hits / listed as hit_rate,
    {{ wilson('hits', 'listed', '-') }} as hit_rate_low,
    {{ wilson('hits', 'listed', '+') }} as hit_rate_high,
    outcomes / dwellings as random_hit_rate,
    (hits / listed) / nullif(outcomes / dwellings, 0) as times_random,
    ({{ wilson('hits', 'listed', '-') }}) / nullif(outcomes / dwellings, 0) as times_random_low,
    ({{ wilson('hits', 'listed', '+') }}) / nullif(outcomes / dwellings, 0) as times_random_high,
    rule_hits,
    rule_hits / listed as rule_hit_rate,
    hits / nullif(rule_hits, 0) as times_rule
from counted

-- int_hmo_scores.sql
-- One row a dwelling, day and model that may judge it: today's dwellings by the model of all that is known; past days by the
-- model of what was known then, and by one made without their part of the city.
{%- set features = hmo_features() %}
with

-- Each dwelling-day once for each model that may judge it.
inputs as (

    select
        *,
        unnest(case when is_today then ['today'] else [concat('month|', seen_on_date), concat('fold|', fold)] end) as judge
    from {{ ref('int_hmo_inputs') }}
    where standing = 'candidate'

),

weights as (

    select
        concat_ws('|', model, for_date, fold) as judge,
        any_value(model) as model,
        {% for feature in features %}
        coalesce(max(weight) filter (feature = '{{ feature.name }}'), 0) as {{ feature.name }},
        {% endfor %}
        max(weight) filter (feature = '(intercept)') as intercept
    from {{ ref('int_hmo_weights') }}
    group by concat_ws('|', model, for_date, fold)

),

scored as (

    select
        inputs.dwelling_day_key,
        inputs.uprn,
        inputs.borough_code,
        inputs.seen_on_date,
        inputs.outcome_until_date,
        weights.model,
        inputs.has_outcome,
        inputs.is_found_by_visit,
        weights.intercept
        {% for feature in features %}
        + inputs.{{ feature.name }} * weights.{{ feature.name }}
        {% endfor %}
            as log_odds
    from inputs
    inner join weights on inputs.judge = weights.judge

)

select
    concat_ws('|', dwelling_day_key, model) as score_key,
    scored.* exclude (log_odds),
    1 / (1 + exp(-log_odds)) as probability
from scored

-- int_hmo_scores.sql
-- One row a dwelling, day and model that may judge it: today's dwellings by the model of all that is known; past days by the
-- model of what was known then, and by one made without their part of the city.
{%- set features = hmo_features() %}
with

inputs as (

    select * from {{ ref('int_hmo_inputs') }}

),

weights as (

    select
        model,
        for_date,
        fold,
        {% for feature in features %}
        coalesce(max(weight) filter (feature = '{{ feature.name }}'), 0) as {{ feature.name }},
        {% endfor %}
        max(weight) filter (feature = '(intercept)') as intercept
    from {{ ref('int_hmo_weights') }}
    group by model, for_date, fold

),

scored as (

    select
        inputs.dwelling_day_key,
        inputs.uprn,
        inputs.borough_code,
        inputs.seen_on_date,
        weights.model,
        inputs.has_outcome,
        inputs.is_found_by_visit,
        weights.intercept
        {% for feature in features %}
        + inputs.{{ feature.name }} * weights.{{ feature.name }}
        {% endfor %}
            as log_odds
    from inputs
    inner join weights
        on case weights.model
                when 'today' then inputs.is_today
                when 'month' then inputs.seen_on_date = weights.for_date and not inputs.is_today
                when 'fold' then inputs.fold = weights.fold and not inputs.is_today
            end
    where inputs.standing = 'candidate'

)

select
    concat_ws('|', dwelling_day_key, model) as score_key,
    scored.* exclude (log_odds),
    1 / (1 + exp(-log_odds)) as probability
from scored

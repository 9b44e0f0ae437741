-- hmo_model_card.sql
-- One row a figure of the model behind hmo_candidates: what it learnt from, what weighs how much, how right it is, and for whom
-- it errs. How right it is was measured on dwellings of areas that the judging model had not seen.
{%- set features = hmo_features() %}
with

weights as (

    select * from {{ ref('int_hmo_weights') }}
    where model = 'today'

),

judged as (

    select
        scores.*,
        features.is_flat,
        features.is_by_business,
        features.is_social_tenancy,
        features.claims_at_once,
        features.has_certificate
    from {{ ref('int_hmo_scores') }} as scores
    inner join {{ ref('int_hmo_features') }} as features on scores.dwelling_day_key = features.dwelling_day_key
    where scores.model = 'fold'

),

tenths as (

    select
        *,
        11 - ntile(10) over (order by probability, score_key) as tenth,
        rank() over (order by probability) as place
    from judged

),

-- The chance that of two dwellings, one with an outcome and one without, the first is judged likelier.
area_under_curve as (

    select
        (avg(place) filter (has_outcome) - (count(*) filter (has_outcome) + 1) / 2) / nullif(count(*) filter (not has_outcome), 0)
            as figure,
        count(*) as dwelling_days,
        count(*) filter (has_outcome) as outcomes
    from tenths

),

grouped as (

    {% for section, item, where in [
        ('dwelling', 'flats', 'is_flat = 1'),
        ('dwelling', 'houses', 'is_flat = 0'),
        ('dwelling', 'above or beside a business', 'is_by_business = 1'),
        ('dwelling', 'council tenancies', 'is_social_tenancy = 1'),
        ('dwelling', 'with a benefit claim', 'claims_at_once > 0'),
        ('dwelling', 'without a benefit claim', 'claims_at_once = 0'),
        ('dwelling', 'without an energy certificate', 'has_certificate = 0'),
    ] %}
    select
        '{{ section }}' as section,
        '{{ item }}' as item,
        has_outcome,
        probability
    from judged
    where {{ where }}
    union all
    {% endfor %}
    select
        'borough' as section,
        borough_code as item,
        has_outcome,
        probability
    from judged
    union all
    select
        'tenth' as section,
        lpad(tenth::varchar, 2, '0') as item,
        has_outcome,
        probability
    from tenths

),

errors as (

    select
        section,
        item,
        count(*) filter (has_outcome) / count(*) as figure,
        avg(probability) as predicted,
        {{ wilson('count(*) filter (has_outcome)', 'count(*)', '-') }} as figure_low,
        {{ wilson('count(*) filter (has_outcome)', 'count(*)', '+') }} as figure_high,
        count(*) as dwelling_days,
        count(*) filter (has_outcome) as outcomes
    from grouped
    group by section, item

),

figures as (

    select
        'weight' as section,
        feature as item,
        weight * spread as figure,
        trained_dwelling_days as dwelling_days,
        trained_outcomes as outcomes
    from weights
    where feature <> '(intercept)'
    union all by name
    select
        'measure' as section,
        'area under the curve' as item,
        *
    from area_under_curve
    union all by name
    select * from errors

),

learnt as (

    select max(trained_until_date) as trained_until_date
    from weights

)

select
    section || '|' || item as card_key,
    section,
    item,
    figure,
    predicted,
    figure_low,
    figure_high,
    dwelling_days,
    outcomes,
    learnt.trained_until_date
from figures
cross join learnt
where figure is not null

-- int_hmo_inputs.sql
-- One row a dwelling and day of int_hmo_features: each feature less its average over the borough's dwellings of that day, so that
-- a borough that records more, or has not sent a subject, is no other than the rest; nought where the feature is not known.
{%- set features = hmo_features() %}
with

features as (

    select * from {{ ref('int_hmo_features') }}

),

days as (

    select * from {{ ref('int_hmo_days') }}

),

averages as (

    select
        borough_code,
        seen_on_date,
    {% for feature in features %}
    avg({{ hmo_input(feature) }}) as {{ feature.name }}{{ ',' if not loop.last }}
    {% endfor %}
    from features
    where standing = 'candidate'
    group by borough_code, seen_on_date

)

select
    features.dwelling_day_key,
    features.uprn,
    features.borough_code,
    features.msoa_code,
    features.seen_on_date,
    features.is_today,
    features.standing,
    features.has_outcome,
    days.outcome_until_date,
    features.is_found_by_visit,
    -- neighbours are in one fold, so that a model is never judged by the street that it was made from
    hash(coalesce(features.msoa_code, features.borough_code)) % 5 as fold,
    hash(features.dwelling_day_key) as draw,
{% for feature in features %}
round(coalesce({{ hmo_input(feature) }} - averages.{{ feature.name }}, 0), 9) + 0
    as {{ feature.name }}{{ ',' if not loop.last }}
{% endfor %}
from features
inner join days on features.borough_code = days.borough_code and features.seen_on_date = days.seen_on_date
inner join averages
    on features.borough_code = averages.borough_code and features.seen_on_date = averages.seen_on_date

-- hmo_candidates.sql
-- One row a dwelling that may be a house in multiple occupation without a licence, the tenth of each borough's dwellings that are
-- likeliest; and, apart, those that are licensed, exempt, known or visited already.
{%- set features = hmo_features() %}
with

features as (

    select * from {{ ref('int_hmo_features') }}
    where is_today

),

inputs as (

    select
        dwelling_day_key,
    {% for feature in features %}
    {{ feature.name }} as {{ feature.name }}_input{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_hmo_inputs') }}
    where is_today

),

scores as (

    select * from {{ ref('int_hmo_scores') }}
    where model = 'today'

),

weights as (

    select
        feature,
        weight
    from {{ ref('int_hmo_weights') }}
    where model = 'today'

),

profiles as (

    select * from {{ ref('property_profile') }}

),

properties as (

    select * from {{ ref('dim_property') }}

),

ranked as (

    select
        features.*,
        scores.probability,
        {{ hmo_rule('features') }} as rule_of_thumb,
        avg(scores.probability) over (partition by features.borough_code) as average_probability,
        case when features.standing = 'candidate' then
                row_number() over (
                    partition by features.borough_code, features.standing
                    order by
                        scores.probability desc nulls last,
                        {{ hmo_rule('features') }} desc,
                        hash(features.uprn)
                )
        end as rank_in_borough,
        count(*) filter (features.standing = 'candidate') over (partition by features.borough_code) as candidates
    from features
    left join scores on features.dwelling_day_key = scores.dwelling_day_key

),

listed as (

    select * from ranked
    where standing <> 'candidate' or rank_in_borough <= ceil(candidates / 10)

),

-- How much each thing that is known of the dwelling speaks for it, against the average dwelling of its borough.
speaking as (

    {% for feature in features %}
    select
        listed.uprn,
        {{ feature.words }} as words,
        inputs.{{ feature.name }}_input * weights.weight as speaks
    from listed
    inner join inputs on listed.dwelling_day_key = inputs.dwelling_day_key
    inner join weights on weights.feature = '{{ feature.name }}'
    where listed.standing = 'candidate' and listed.{{ feature.name }} {{ '> 0' if feature.taken == 'count' else 'is not null' }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

reasons as (

    select
        uprn,
        list(words order by speaks desc, words asc) filter (speaks > 0.05) as words
    from speaking
    group by uprn

)

select
    listed.uprn,
    listed.borough_code,
    listed.lsoa_code,
    listed.msoa_code,
    properties.ward_code,
    properties.geographic_address as address,
    properties.postcode,
    listed.standing,
    listed.rank_in_borough,
    listed.probability,
    listed.probability / listed.average_probability as times_average,
    cast(listed.rule_of_thumb as bigint) as rule_of_thumb,
    reasons.words[1] as reason_1,
    reasons.words[2] as reason_2,
    reasons.words[3] as reason_3,
    listed.seen_on_date as known_until_date,
    profiles.classification_code,
    profiles.live_council_tax_accounts,
    profiles.council_tax_discount,
    profiles.council_tax_as_of_date,
    profiles.electors,
    profiles.elector_surnames,
    profiles.electors_as_of_date,
    profiles.service_requests_in_a_year,
    profiles.service_requests_as_of_date,
    profiles.hmo_licence_status,
    profiles.hmo_licence_expiry_date,
    profiles.hmo_licences_as_of_date,
    profiles.last_inspection_outcome,
    profiles.last_inspection_date,
    profiles.inspections_as_of_date
from listed
inner join properties on listed.uprn = properties.uprn
left join profiles on listed.uprn = profiles.uprn
left join reasons on listed.uprn = reasons.uprn

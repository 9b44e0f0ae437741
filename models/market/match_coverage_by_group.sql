-- match_coverage_by_group.sql
-- One row a subject, provider, spine of the city (property, person) and group of people: how many of its records have their place on it.
with

person_groups as (

    select * from {{ ref('int_person_groups') }}

),

products as (

    select * from {{ ref('products') }}

),

-- Counts of people follow one rule, whatever they count.
rule as (

    select
        max(threshold) as threshold,
        max(base) as base
    from products

),

spines as (

    select
        *,
        'property' as spine,
        with_uprn as matched
    from person_groups
    union all
    select
        *,
        'person' as spine,
        with_person as matched
    from person_groups

),

judged as (

    select
        spines.*,
        rule.base,
        least(spines.records, coalesce(nullif(spines.matched, 0), spines.records)) <= rule.threshold
        or spines.records - spines.matched between 1 and rule.threshold as is_small
    from spines
    cross join rule

),

-- One that is hidden alone is what the others lack of the total: the smallest of them is hidden with it.
hidden as (

    select
        *,
        is_small
        or (
            count(*) filter (where is_small) over of_kind = 1
            and row_number() over (of_kind order by is_small, records, group_name) = 1
        ) as is_hidden
    from judged
    window of_kind as (partition by subject, provider_code, spine, group_kind)

),

shown as (

    select
        *,
        case when not is_hidden then cast(round(records / base) * base as bigint) end as records_shown,
        case when not is_hidden then cast(round(matched / base) * base as bigint) end as matched_shown
    from hidden

)

select
    concat_ws('/', subject, provider_code, spine, group_kind, group_name) as match_key,
    subject,
    provider_code,
    spine,
    group_kind,
    group_name,
    records_shown as records,
    matched_shown as matched,
    round(matched_shown / records_shown, 2) as share_matched,
    case when is_hidden then 'c' end as status
from shown

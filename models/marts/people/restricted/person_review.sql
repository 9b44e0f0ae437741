-- person_review.sql
-- One row a pair of records of which a person should say whether they are one: the evidence beside the two.
with

links as (

    select * from {{ ref('int_person_links') }}

),

keys as (

    select * from {{ ref('int_person_keys') }}

),

clusters as (

    select * from {{ ref('int_person_clusters') }}

),

records as (

    select
        *,
        coalesce(name, concat_ws(' ', title, first_name, middle_name, surname)) as whole_name
    from {{ ref('int_person_records') }}

),

decisions as (

    select * from {{ ref('person_decisions') }}

),

-- The grey band; and what was likely, but would have joined two people, or fits two.
doubtful as (

    select
        links.*,
        case when links.decision = 'link' then 'could be one of several' else 'between yes and no' end as reason
    from links
    inner join keys as left_keys on links.record_id_l = left_keys.record_id
    inner join keys as right_keys on links.record_id_r = right_keys.record_id
    inner join clusters as left_clusters on links.record_id_l = left_clusters.record_id
    inner join clusters as right_clusters on links.record_id_r = right_clusters.record_id
    where
        left_keys.person_key <> right_keys.person_key
        and (links.decision = 'review' or left_clusters.is_undecided or right_clusters.is_undecided)

)

select
    doubtful.record_id_l,
    doubtful.record_id_r,
    doubtful.reason,
    doubtful.match_weight,
    doubtful.evidence,
    left_records.subject as subject_l,
    left_records.provider_code as provider_code_l,
    left_records.whole_name as name_l,
    left_records.birth_date as birth_date_l,
    left_records.address as address_l,
    right_records.subject as subject_r,
    right_records.provider_code as provider_code_r,
    right_records.whole_name as name_r,
    right_records.birth_date as birth_date_r,
    right_records.address as address_r
from doubtful
inner join records as left_records on doubtful.record_id_l = left_records.record_id
inner join records as right_records on doubtful.record_id_r = right_records.record_id
left join decisions
    on
        least(doubtful.record_id_l, doubtful.record_id_r) = least(decisions.record_id_l, decisions.record_id_r)
        and greatest(doubtful.record_id_l, doubtful.record_id_r) = greatest(decisions.record_id_l, decisions.record_id_r)
where decisions.decision is null

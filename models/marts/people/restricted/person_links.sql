-- person_links.sql
-- One row a pair of records that are one person, with the weight of the evidence and the evidence in words.
with

keys as (

    select * from {{ ref('int_person_keys') }}

)

select
    links.record_id_l,
    links.record_id_r,
    left_keys.person_key,
    links.match_weight,
    links.evidence
from {{ ref('int_person_links') }} as links
inner join keys as left_keys on links.record_id_l = left_keys.record_id
inner join keys as right_keys on links.record_id_r = right_keys.record_id
where left_keys.person_key = right_keys.person_key

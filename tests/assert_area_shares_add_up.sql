-- The parts of an area cover it: what of its ground found a counterpart in the newer vintage is all of it, give or take the
-- slivers along lines drawn anew. Less means that a boundary is missing from one of the two editions.
{{ config(severity='warn') }}

select
    from_code,
    sum(overlap_area) / any_value(from_area) as covered_share,
    sum(share_of_from) as share_of_from
from {{ ref('int_area_changes') }}
group by from_code
having
    abs(sum(overlap_area) / any_value(from_area) - 1) > 0.05
    or abs(sum(share_of_from) - 1) > 1e-9

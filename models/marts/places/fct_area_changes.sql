-- fct_area_changes.sql
-- One row a pair of areas, one of each of the two newest vintages, that share ground: what became of the older one.
with

changes as (

    select * from {{ ref('int_area_changes') }}

)

select
    area_change_key,
    from_vintage,
    to_vintage,
    from_code as from_lsoa_code,
    to_code as to_lsoa_code,
    change,
    share_of_from,
    share_of_to,
    overlap_area as overlap_square_metres
from changes

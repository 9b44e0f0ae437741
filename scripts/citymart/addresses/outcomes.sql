-- outcomes.sql
-- `outcomes`: for each address the door that it means, or else its building, or its street, and how sure that is.
create or replace temp table outcomes as
with

ranked as (

    select
        *,
        row_number() over (partition by id order by penalty, uprn) as place,
        lead(penalty) over (partition by id order by penalty, uprn) - penalty as margin,
        lead(uprn) over (partition by id order by penalty, uprn) as runner_up_uprn
    from answers

),

best as (

    select
        *,
        penalty <= 6 and coalesce(margin >= 1, true) as is_clear
    from ranked
    where place = 1

),

ranked_buildings as (

    select
        in_buildings.id,
        in_buildings.building_id,
        in_buildings.total + case when in_buildings.is_not_named then 3 else 0 end as penalty,
        in_buildings.area,
        in_buildings.part,
        in_buildings.street_id
    from in_buildings

),

-- Two streets that are as likely: neither.
told_buildings as (

    select ranked_buildings.* exclude (part, street_id)
    from ranked_buildings
    inner join (
        select id, min(penalty) as least
        from ranked_buildings
        group by id
    ) as best_of on ranked_buildings.id = best_of.id
    where penalty < least + 0.5
    qualify count(distinct hash(street_id, part)) over (partition by ranked_buildings.id) = 1
        and row_number() over (partition by ranked_buildings.id order by penalty, building_id) = 1

),

shells as (

    select building_id, min(uprn) as uprn
    from units
    where is_shell
    group by building_id

),

best_buildings as (

    select
        told_buildings.*,
        buildings.street,
        coalesce(shells.uprn, buildings.shared_parent_uprn, case when buildings.properties = 1 then any_unit.uprn end) as uprn
    from told_buildings
    inner join buildings on told_buildings.building_id = buildings.building_id
    left join shells on told_buildings.building_id = shells.building_id
    left join (select building_id, min(uprn) as uprn from units group by building_id) as any_unit
        on told_buildings.building_id = any_unit.building_id
    where told_buildings.penalty <= 5

),

streets as (

    select
        spans.id,
        min(buildings.street) as street,
        min(spans.area) as area
    from spans
    inner join (select distinct street_id, area, street from buildings) as buildings
        on spans.phrase_id = buildings.street_id and spans.area = buildings.area
    where spans.kind = 'street' and spans.penalty <= 2
    group by spans.id
    having count(distinct spans.phrase_id) = 1

),

near as (

    select
        id,
        list(distinct place order by place) as near_places
    from (
        select spans.id, spans.area || '|street|' || streets_of.street as place
        from spans
        inner join (select distinct street_id, street from buildings) as streets_of on spans.phrase_id = streets_of.street_id
        where spans.kind = 'street'
        union all
        select spans.id, spans.area || '|street|' || buildings.street
        from spans
        inner join (select distinct area, name, street from buildings where name <> '') as buildings
            on spans.area = buildings.area and spans.phrase_id = hash(buildings.area, buildings.name)
        where spans.kind = 'name'
        union all
        select id, '|postcode|' || postcode
        from read_addresses
        where postcode is not null
    ) as each
    group by id

)

select
    addresses.id,
    case
        when best.is_clear and not best.is_shell then 'dwelling'
        when best.is_clear or best_buildings.id is not null then 'building'
        when streets.id is not null then 'street'
        else 'none'
    end as level,
    case when best.is_clear and not best.is_shell then best.uprn end as uprn,
    case when best.is_clear and best.is_shell then best.uprn when not coalesce(best.is_clear, false) then best_buildings.uprn end
        as building_uprn,
    coalesce(best.area, best_buildings.area, streets.area) as area,
    coalesce(best_buildings.street, streets.street) as street,
    case when best.is_clear then best.penalty else best_buildings.penalty end as penalty,
    case when best.is_clear then best.margin end as margin,
    case when best.is_clear then best.runner_up_uprn else best.uprn end as runner_up_uprn,
    coalesce(near.near_places, []) as near_places,
    array_to_string(read_addresses.words, ' ') as words
from addresses
left join best on addresses.id = best.id
left join best_buildings on addresses.id = best_buildings.id
left join streets on addresses.id = streets.id
left join near on addresses.id = near.id
left join read_addresses on addresses.id = read_addresses.id;

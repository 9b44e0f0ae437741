-- Plots along the streets, what stands on each, and its addresses after BS 7666.
create or replace table plots as
with spread as (
    select
        plot,
        (plot * (select count(*) from streets) // (select plots from plots_wanted))::bigint as street_index
    from plots_wanted, unnest(range(plots)) as numbers (plot)
),
placed as (
    select
        spread.plot,
        streets.*,
        row_number() over (partition by spread.street_index order by spread.plot) - 1 as place,
        count(*) over (partition by spread.street_index) as plots_here,
        getvariable('borough_number') || '/' || spread.plot as id
    from spread
    inner join streets on spread.street_index = streets.street_index
),
built as (
    select
        *,
        u('what', id) as what,
        u('area_kind', lsoa_code) as area_kind,
        2 * (place // 2) + 1 + place % 2 as number
    from placed
)
select
    * exclude (what, area_kind),
    case
        when what < 0.05 then 'house'
        when what < 0.17 + 0.1 * (area_kind < 0.4)::int then 'semi'
        when what < 0.62 then 'terrace'
        when what < 0.75 then 'conversion'
        when what < 0.78 + 0.02 * (area_kind > 0.7)::int then 'block'
        when what < 0.91 then 'shop_with_flat'
        when what < 0.93 then 'restaurant_with_flat'
        when what < 0.95 then 'restaurant'
        when what < 0.965 then 'shop'
        when what < 0.985 then 'office'
        when what < 0.99 then 'school'
        else 'infill'
    end as stands
from built;

-- A range takes the next number on its side of the street.
create or replace table ranged as
with flagged as (
    select plot, usrn, place, stands in ('shop_with_flat', 'shop', 'office', 'block', 'restaurant') and u('range', id) < 0.12 as wants from plots
)
select plot, lead(plot, 2) over (partition by usrn order by place) as taken
from flagged
qualify wants and not coalesce(lag(wants, 2) over (partition by usrn order by place), false)
    and lead(plot, 2) over (partition by usrn order by place) is not null;

create or replace table units as
with standing as (
    select plots.*, ranged.plot is not null as is_ranged
    from plots
    left join ranged on plots.plot = ranged.plot
    where plots.plot not in (select taken from ranged)
),
counted as (
    select
        *,
        case stands
            when 'conversion' then 2 + n('flats', id, 4)
            when 'block' then case when u('big', id) < 0.25 then 20 + n('flats', id, 41) else 6 + n('flats', id, 14) end
            when 'shop_with_flat' then 1 + n('flats', id, 2)
            when 'restaurant_with_flat' then 1
            else 0
        end as flats
    from standing
)
select
    counted.*,
    unit,
    case
        when stands in ('conversion', 'block') and unit = 0 then stands
        when stands = 'conversion' then 'conversion_flat'
        when stands = 'block' then 'flat'
        when stands like '%with_flat' then case when unit = 0 then split_part(stands, '_', 1) else 'flat_above_shop' end
        when stands = 'infill' then 'terrace'
        else stands
    end as kind
from counted, unnest(range(case stands when 'infill' then 2 else 1 + flats end)) as units_here (unit);

create or replace table properties_numbered as
select
    990000000000 + getvariable('borough_number') * 100000000 + row_number() over (order by plot, unit) as uprn,
    getvariable('borough_number') || '/' || plot || '/' || unit as uid,
    *
from units;
drop table units;

create or replace table properties as
with parents as (
    select plot, uprn as parent_uprn from properties_numbered where unit = 0 and kind in ('conversion', 'block', 'shop', 'restaurant')
),
shaped as (
    select
        numbered.*,
        case when unit > 0 and stands <> 'infill' then parents.parent_uprn end as parent_uprn,
        kind in ('conversion', 'block') as is_shell,
        kind in ('shop', 'restaurant', 'office', 'school') as is_commercial,
        kind not in ('conversion', 'block', 'shop', 'restaurant', 'office', 'school') as is_dwelling,
        n('style', id, 4) as flat_style
    from properties_numbered as numbered
    left join parents on numbered.plot = parents.plot
),
named as (
    select
        shaped.*,
        houses.house_name,
        case
            when stands = 'block' then houses.house_name || ' ' || ['Court', 'House', 'Heights', 'Point', 'Mansions'][1 + n('block_kind', id, 5)]
            when kind = 'house' and u('named', id) < 0.25 then houses.house_name || ' ' || ['Cottage', 'Lodge', 'Villa', 'House'][1 + n('house_kind', id, 4)]
            when kind = 'school' then shaped.street_name || ' Primary School'
        end as building_name
    from shaped
    left join names_of_houses as houses on shaped.plot % (select count(*) from names_of_houses) = houses.house_number
),
addressed as (
    select
        *,
        coalesce(building_name is not null and (kind = 'house' or kind = 'school') and u('numberless', id) < 0.5
            and row_number() over (partition by usrn, building_name, unit order by plot) = 1, false) as has_no_number,
        case
            when kind = 'flat' then case when flat_style = 0 then 'APARTMENT' else 'FLAT' end
            when kind = 'conversion_flat' and flat_style in (0, 1) then 'FLAT'
            when kind = 'conversion_flat' and flats <= 4 and flat_style = 2
                then ['BASEMENT FLAT', 'GROUND FLOOR FLAT', 'FIRST FLOOR FLAT', 'SECOND FLOOR FLAT', 'TOP FLOOR FLAT'][unit + (flats < 4)::int]
            when kind = 'conversion_flat' then 'FLAT ' || chr((64 + unit)::int)
            when kind = 'flat_above_shop' and flats = 1 then case when flat_style = 0 then 'FLAT ABOVE' else 'FIRST FLOOR FLAT' end
            when kind = 'flat_above_shop' then 'FLAT'
        end as sao_text,
        case
            when kind = 'flat' or (kind = 'conversion_flat' and flat_style in (0, 1)) or (kind = 'flat_above_shop' and flats > 1)
                then unit
        end as sao_start_number
    from named
)
select
    uprn,
    parent_uprn,
    getvariable('provider_code') as provider_code,
    getvariable('borough_code') as borough_code,
    usrn,
    kind,
    cast(null as text) as blpu_class,
    sao_text,
    sao_start_number::int as sao_start_number,
    cast(null as text) as sao_start_suffix,
    cast(null as int) as sao_end_number,
    cast(null as text) as sao_end_suffix,
    upper(building_name) as pao_text,
    case when not has_no_number then number end::int as pao_start_number,
    case when stands = 'infill' and unit = 1 then 'A' end as pao_start_suffix,
    case when is_ranged and not has_no_number then number + 2 end::int as pao_end_number,
    cast(null as text) as pao_end_suffix,
    street_name,
    locality,
    town_name,
    -- some fifteen addresses a postcode: a stretch of one side of a street, a large block by itself
    printf('%s%d %d%s%s', getvariable('postcode_area'),
        getvariable('first_district') + pc // 4000 % 9, pc % 4000 // 400,
        ('ABDEFGHJLNPQRSTUWXYZ')[pc % 400 // 20 + 1], ('ABDEFGHJLNPQRSTUWXYZ')[pc % 20 + 1]) as postcode,
    cast(null as text) as organisation,
    round(x1 + (x2 - x1) * (place + 0.5) / plots_here + (u('dx', uid) - 0.5) * 4, 2) as easting,
    round(y1 + (y2 - y1) * (place + 0.5) / plots_here + (u('dy', uid) - 0.5) * 4, 2) as northing,
    lsoa_code,
    is_dwelling,
    is_commercial,
    is_shell,
    id as plot_id,
    uid,
    stands
from (
    select *, dense_rank() over (order by usrn, case when flats > 12 then plot else -(place // 2 // 7) * 2 - place % 2 end) - 1 as pc
    from addressed
);
drop table properties_numbered; drop table plots; drop table ranged;

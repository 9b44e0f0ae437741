-- What a property is: its tenure, size, band, who owns it, and whether it is a house in multiple occupation.
create or replace table dwelling_draws as
select
    *,
    case
        when not is_dwelling then null
        when kind in ('house', 'semi') then case when t < 0.72 then 'owner_occupied' when t < 0.92 then 'private_rent' else 'social_rent' end
        when kind = 'terrace' then case when t < 0.5 then 'owner_occupied' when t < 0.78 then 'private_rent' else 'social_rent' end
        when kind = 'flat' then case when estate < 0.45 then case when t < 0.75 then 'social_rent' when t < 0.9 then 'private_rent' else 'owner_occupied' end
            else case when t < 0.45 then 'private_rent' else 'owner_occupied' end end
        when kind = 'flat_above_shop' then case when t < 0.85 then 'private_rent' else 'owner_occupied' end
        else case when t < 0.5 then 'private_rent' when t < 0.9 then 'owner_occupied' else 'social_rent' end
    end as tenure,
    case
        when not is_dwelling then null
        when kind = 'house' then 3 + n('bedrooms', uid, 3)
        when kind in ('semi', 'terrace') then 2 + n('bedrooms', uid, 4)
        else 1 + n('bedrooms', uid, 3)
    end as bedrooms
from (
    select *, u('tenure', uid) as t, u('estate', plot_id) as estate from properties
);

create or replace table hmos as
select
    uprn,
    provider_code,
    case when kind in ('flat', 'conversion_flat', 'flat_above_shop') or u('bedsit', uid) < 0.3 then 'RH02' else 'RH03' end as hmo_kind,
    case when kind in ('flat', 'flat_above_shop', 'conversion_flat') then 1 else 2 + n('storeys', uid, 2) end as storeys,
    bedrooms + 1 + n('rooms', uid, 3) as rooms,
    bedrooms + 1 + n('rooms', uid, 3) + n('capacity', uid, 3) as capacity,
    bedrooms + 1 + n('rooms', uid, 3) >= 5 as is_licensable,
    u('licensed', uid) < 0.45 as is_licensed,
    u('licensed', uid) >= 0.97 as is_exempt,
    -- the gazetteer learns of a house in multiple occupation from its licence; of the others of few
    u('licensed', uid) < 0.45 or u('licensed', uid) >= 0.97 or u('class known', uid) < 0.1 as is_classified,
    getvariable('as_of') - (200 + n('hmo_age', uid, 3000))::int as from_date
from dwelling_draws
where tenure = 'private_rent' and bedrooms >= 2
    and u('hmo', uid) < case when kind in ('terrace', 'semi', 'house') then 0.27 else 0.13 end;

create or replace table landlords as
with city as (
    select 'LC' || printf('%05d', i) as landlord_id from range(greatest(5, (4000 * getvariable('scale'))::bigint)) as numbers (i)
),
own as (
    select printf('L%02d%06d', getvariable('borough_number'), i) as landlord_id
    from range(greatest(5, (getvariable('properties') / 12)::bigint)) as numbers (i)
),
every as (select * from city union all select * from own),
named as (
    select
        landlord_id,
        u('company', landlord_id) < 0.25 as is_company,
        pick_community('landlord', landlord_id) as community,
        u('sex', landlord_id) < 0.5 as is_male
    from every
)
select
    named.landlord_id,
    getvariable('provider_code') as provider_code,
    case when is_company then last_names.surname || ' ' || ['Lettings Ltd', 'Property Ltd', 'Estates Ltd', 'Homes LLP', 'Investments Ltd'][1 + n('firm', named.landlord_id, 5)]
        else forenames.first_name || ' ' || last_names.surname end as name,
    is_company,
    case when not is_company then case when is_male then 'Mr' else ['Mrs', 'Ms', 'Miss'][1 + n('title', named.landlord_id, 3)] end end as title,
    case when not is_company then forenames.first_name end as forename,
    case when not is_company then last_names.surname end as surname,
    (1 + n('landlord_number', named.landlord_id, 180)) || ' ' || roads.street_name || ' Road, '
    || ['Croydon', 'Watford', 'Ilford', 'Harrow', 'Bromley', 'Slough', 'Luton', 'Romford'][1 + n('landlord_town', named.landlord_id, 8)] as address,
    printf('%s9%d %d%s%s', ['CR', 'WD', 'IG', 'HA', 'BR', 'SL', 'LU', 'RM'][1 + n('landlord_town', named.landlord_id, 8)],
        n('lp1', named.landlord_id, 9), 1 + n('lp2', named.landlord_id, 8), ('ABDEFGHJLN')[1 + n('lp3', named.landlord_id, 10)],
        ('ABDEFGHJLN')[1 + n('lp4', named.landlord_id, 10)]) as postcode
from named
left join forenames on forenames.community = named.community and forenames.sex = case when named.is_male then 'M' else 'F' end
    and forenames.name_number = n('forename', named.landlord_id, forename_count(named.community, case when named.is_male then 'M' else 'F' end))
left join last_names on last_names.community = named.community and last_names.name_number = n('surname', named.landlord_id, surname_count(named.community))
left join names_of_streets_numbered as roads on roads.name_number = n('landlord_road', named.landlord_id, (select count(*) from names_of_streets));

create or replace table businesses as
select
    'B' || uprn as business_id,
    provider_code,
    uprn,
    case when dwelling_draws.kind = 'school' then split_part(street_name, ' ', 1) || ' Primary School'
    when u('possessive', uid) < 0.6 then last_names.surname || case when last_names.surname like '%s' then '''' else '''s' end else split_part(street_name, ' ', 1) end
    || case when dwelling_draws.kind = 'school' then '' else ' ' || endings.ending end as name,
    case
        when dwelling_draws.kind = 'restaurant' then case endings.ending when 'Arms' then 'pub' when 'Tavern' then 'pub' when 'Cafe' then 'cafe' when 'Coffee House' then 'cafe'
            when 'Kebab House' then 'takeaway' when 'Fried Chicken' then 'takeaway' when 'Fish Bar' then 'takeaway' else 'restaurant' end
        when endings.ending in ('Corner Store', 'Mini Market', 'Off Licence', 'Newsagents') then 'retail'
        when dwelling_draws.kind = 'school' then 'school'
        else dwelling_draws.kind
    end as kind,
    getvariable('as_of') - (60 + n('business_age', uid, 4000))::int as from_date,
    case when u('closed', uid) < 0.05 then getvariable('as_of') - n('closed_on', uid, 120)::int end as to_date
from dwelling_draws
left join business_endings as endings on endings.kind = case dwelling_draws.kind when 'school' then 'office' else dwelling_draws.kind end
    and endings.ending_number = n('ending', uid, ending_count(case dwelling_draws.kind when 'school' then 'office' else dwelling_draws.kind end))
left join last_names on last_names.community = pick_community('business', uid)
    and last_names.name_number = n('owner', uid, surname_count(pick_community('business', uid)))
where is_commercial;

create or replace table properties as
select
    draws.uprn,
    draws.parent_uprn,
    draws.provider_code,
    draws.borough_code,
    draws.usrn,
    draws.kind,
    case
        when hmos.is_classified then hmos.hmo_kind
        when draws.kind in ('block', 'conversion') then case when exists_hmo.parent_uprn is not null and draws.kind = 'conversion' then 'RH01' else 'PP' end
        when draws.kind = 'house' then 'RD02'
        when draws.kind = 'semi' then 'RD03'
        when draws.kind = 'terrace' then 'RD04'
        when draws.kind in ('flat', 'conversion_flat', 'flat_above_shop') then 'RD06'
        when draws.kind = 'shop' then 'CR08'
        when draws.kind = 'restaurant' then 'CR07'
        when draws.kind = 'office' then 'CO01'
        when draws.kind = 'school' then 'CE03'
    end as blpu_class,
    sao_text, sao_start_number, sao_start_suffix, sao_end_number, sao_end_suffix,
    pao_text, pao_start_number, pao_start_suffix, pao_end_number, pao_end_suffix,
    street_name, locality, town_name, postcode,
    case when draws.is_commercial then businesses.name end as organisation,
    easting, northing,
    round(st_x(point), 7) as longitude,
    round(st_y(point), 7) as latitude,
    draws.lsoa_code, areas.msoa_code, areas.ward_code,
    tenure, bedrooms::int as bedrooms,
    case when is_dwelling then 22 + bedrooms * 17 + n('floor', uid, 30) when is_commercial then 40 + n('floor', uid, 400) end::int as floor_area,
    case when is_dwelling then ('ABCDEFGH')[least(8, 1 + floor(bedrooms * 0.8 + u('band', lsoa) * 3 + u('band', uid)))::int] end as council_tax_band,
    case when is_commercial then (4000 + n('rv', uid, 90) * 500)::decimal(18, 2) end as rateable_value,
    is_dwelling, is_commercial, is_shell,
    hmos.uprn is not null as is_hmo, hmos.hmo_kind,
    case when tenure = 'private_rent' then case when u('big_landlord', uid) < 0.12
        then 'LC' || printf('%05d', n('landlord', uid, greatest(5, (4000 * getvariable('scale'))::bigint)))
        else printf('L%02d%06d', getvariable('borough_number'), n('landlord', uid, greatest(5, (getvariable('properties') / 12)::bigint))) end end as landlord_id,
    (1870 + n('built', plot_id, 150))::int as built_year,
    case when u('new', plot_id) < 0.006 then getvariable('as_of') - n('new_on', plot_id, 100)::int else date '2001-04-01' + n('entered', plot_id, 5000)::int end as from_date,
    case when u('gone', plot_id) < 0.004 and u('new', plot_id) >= 0.006 then getvariable('as_of') - n('gone_on', plot_id, 110)::int end as to_date,
    uid, plot_id
from (select *, lsoa_code as lsoa, st_transform(st_point(easting, northing), 'EPSG:27700', 'EPSG:4326', always_xy := true) as point from dwelling_draws) as draws
inner join areas on draws.lsoa_code = areas.lsoa_code
left join hmos on draws.uprn = hmos.uprn
left join businesses on draws.uprn = businesses.uprn
left join (
    select distinct parent_uprn from dwelling_draws where uprn in (select uprn from hmos where is_classified) and parent_uprn is not null
) as exists_hmo on draws.uprn = exists_hmo.parent_uprn;
drop table dwelling_draws;

create or replace table postcodes as
select
    postcode,
    any_value(provider_code) as provider_code,
    mode(lsoa_code) as lsoa_code,
    any_value(borough_code) as borough_code,
    round(avg(easting)) as easting,
    round(avg(northing)) as northing,
    date '1980-01-01' as introduced_date,
    cast(null as date) as terminated_date
from properties
group by postcode;
create or replace table postcodes as
select postcodes.postcode, postcodes.provider_code, postcodes.lsoa_code, areas.msoa_code, areas.ward_code, postcodes.borough_code,
    postcodes.easting, postcodes.northing, introduced_date, terminated_date
from (
    select * from postcodes
    union all
    -- given out once and taken back: nobody's address now
    select left(postcode, length(postcode) - 1) || 'Z', provider_code, lsoa_code, borough_code, easting, northing, introduced_date, date '2015-06-01'
    from postcodes where u('terminated', postcode) < 0.03 and left(postcode, length(postcode) - 1) || 'Z' not in (select postcode from postcodes)
) as postcodes
inner join areas on postcodes.lsoa_code = areas.lsoa_code
qualify row_number() over (partition by postcodes.postcode order by terminated_date nulls first, postcodes.easting) = 1;

-- Every land and property identifier: the address in force, and what a property was called before or beside it.
create or replace table alternative_addresses as
with every as (
    select *, 1 as logical_status, '1' as of_kind, from_date as start_date, to_date as end_date from properties
    union all
    select properties.* replace (upper(names.house_name) || ' HOUSE' as pao_text), 3, '3', from_date, null
    from properties inner join names_of_houses as names on uprn % 41 = names.house_number
    where u('alternative', uid) < 0.02 and pao_text is null and parent_uprn is null and is_dwelling and u('historic', uid) >= 0.02
    union all
    select * replace (pao_start_number + 200 as pao_start_number, pao_end_number + 200 as pao_end_number), 8, '8', date '1998-02-01', from_date
    from properties where u('historic', uid) < 0.02 and pao_start_number is not null and from_date < date '2015-01-01'
)
select
    printf('%04dL%09d', getvariable('borough_number') * 10, (uprn % 100000000) * 10 + logical_status) as lpi_key,
    uprn, provider_code,
    case when logical_status = 1 and u('provisional', uid) < 0.002 then 6 else logical_status end as logical_status,
    usrn,
    sao_text, sao_start_number, sao_start_suffix, sao_end_number, sao_end_suffix,
    pao_text, pao_start_number, pao_start_suffix, pao_end_number, pao_end_suffix,
    street_name, locality, town_name, postcode, organisation, start_date, end_date
from every;

-- Who lives where: stays of households, the people in them, and what happens to both over six years.
create or replace table stays as
with rooms as (
    select
        properties.uprn, properties.uid, properties.tenure, properties.bedrooms, properties.is_hmo, room, properties.from_date, properties.to_date,
        properties.uid || '/' || room as rid
    from properties
    left join hmos on properties.uprn = hmos.uprn,
    unnest(range(case when properties.is_hmo then hmos.rooms else 1 end)) as numbers (room)
    where is_dwelling
),
drawn as (
    select
        *,
        rid || '/' || k as sid,
        case when is_hmo then 1.1 when tenure = 'private_rent' then 2.4 when tenure = 'social_rent' then 10 else 12 end as mean_years
    from rooms, unnest(range(case when is_hmo then 14 when tenure = 'private_rent' then 9 else 4 end)) as numbers_of_stays (k)
),
-- The first stay began before the window; each next begins some weeks after the last.
lasting as (
    select *, greatest(25, least(-ln(1 - u('stay', sid)), 4) * mean_years * 365)::int as days, (7 + n('void', sid, 60))::int as void_days from drawn
),
placed as (
    select
        *,
        getvariable('history_from') - (u('first', rid) * mean_years * 365)::int
        + coalesce(sum(days + void_days) over (partition by rid order by k rows between unbounded preceding and 1 preceding), 0)::int as begins
    from lasting
)
select
    'O' || printf('%02d', getvariable('borough_number')) || '-' || sid as occupation_id,
    uprn, sid, tenure, bedrooms, is_hmo, rid, k,
    greatest(begins, from_date) as from_date,
    nullif(least(coalesce(to_date, date '9999-01-01'), case when begins + days < getvariable('as_of') then begins + days else date '9999-01-01' end), date '9999-01-01') as to_date,
    case
        when is_hmo then case when h < 0.82 then 'single' else 'couple' end
        when bedrooms = 1 then case when h < 0.5 then 'single' when h < 0.85 then 'couple' else 'pensioner' end
        when tenure = 'private_rent' then case when h < 0.15 then 'single' when h < 0.4 then 'couple' when h < 0.62 then 'family' when h < 0.7 then 'lone_parent' when h < 0.9 then 'sharers' else 'students' end
        when tenure = 'social_rent' then case when h < 0.2 then 'single' when h < 0.3 then 'couple' when h < 0.58 then 'family' when h < 0.83 then 'lone_parent' else 'pensioner' end
        else case when h < 0.12 then 'single' when h < 0.32 then 'couple' when h < 0.74 then 'family' when h < 0.8 then 'lone_parent' else 'pensioner' end
    end as household_kind,
    pick_community('household', sid) as community
from (select *, u('household', sid) as h from placed)
where begins < getvariable('as_of') and begins + days > getvariable('history_from')
    and (to_date is null or begins < to_date) and begins + days > from_date and greatest(begins, from_date) < getvariable('as_of');

create or replace table occupations as
select
    occupation_id,
    getvariable('provider_code') as provider_code,
    uprn,
    'H' || substr(occupation_id, 2) as household_id,
    from_date,
    to_date,
    tenure,
    household_kind
from stays
where to_date is null or to_date > from_date;

create or replace table members as
with counted as (
    select
        *,
        case household_kind
            when 'single' then 1 when 'couple' then 2
            when 'family' then 2 + 1 + n('children', sid, 3)
            when 'lone_parent' then 1 + 1 + n('children', sid, 3)
            when 'sharers' then 3 + n('sharers', sid, 2)
            when 'students' then 3 + n('sharers', sid, 3)
            when 'pensioner' then 1 + (u('two', sid) < 0.45)::int
        end as many
    from stays
    where to_date is null or to_date > from_date
),
each as (
    select *, sid || '/' || m as mid, case household_kind when 'family' then 2 when 'lone_parent' then 1 else many end as adults
    from counted, unnest(range(many)) as numbers (m)
),
aged as (
    select
        *,
        m >= adults as is_child,
        -- a family's second child is now and then a twin of the first
        case when m > adults and u('twin', sid) < 0.03 and m = adults + 1 then sid || '/' || adults else mid end as born_as,
        case
            when m >= adults then null
            when household_kind = 'students' then 18 + n('age', mid, 6)
            when household_kind = 'sharers' or is_hmo then 20 + n('age', mid, 22)
            when household_kind = 'pensioner' then 66 + n('age', mid, 26)
            when household_kind in ('family', 'lone_parent') then 24 + n('age', sid, 24) + n('age', mid, 4)
            else 22 + n('age', sid, 40) + n('age', mid, 5)
        end as age
    from each
)
select
    *,
    case
        when is_child then from_date + (-16 * 365 + n('child_age', born_as, 19 * 365))::int
        else from_date - (age * 365.25 + n('birthday', mid, 365))::int
    end as date_of_birth,
    case
        when household_kind in ('couple', 'family') and m < 2 then case when (m = 0) = (u('head_sex', sid) < 0.6) then 'M' else 'F' end
        when household_kind = 'lone_parent' and m = 0 then case when u('head_sex', sid) < 0.12 then 'M' else 'F' end
        else case when u('sex', mid) < 0.5 then 'M' else 'F' end
    end as sex,
    case
        when household_kind in ('sharers', 'students') then mid
        when m = 1 and household_kind in ('couple', 'family', 'pensioner') and u('own_name', sid) < 0.3 then mid
        else sid
    end as named_as,
    -- a couple that parts: the second leaves; an old person who dies
    case when m = 1 and household_kind in ('couple', 'family') and u('parting', sid) < 0.06 then from_date + (200 + n('parted', sid, 1500))::int end as parted_on,
    case when not is_child and u('death', mid) < case when age > 75 then 0.16 when age > 60 then 0.03 else 0.002 end
        then from_date + (100 + n('died', mid, 2000))::int end as died_on
from aged;

-- People of the city who moved during the last two years, from one household's lodging to another's: the same everywhere.
create or replace table movers as
with everyone as (
    select i, 'PM' || printf('%07d', i) as person_id from range((270000 * getvariable('scale'))::bigint) as numbers (i)
),
routed as (
    select
        everyone.*, origin.number as from_number, target.number as to_number,
        getvariable('as_of') - (20 + n('moved', person_id, 700))::int as moved_on
    from everyone
    asof join borough_shares as origin on u('from', person_id) >= origin.share_below
    asof join borough_shares as target on u('to', person_id) >= target.share_below
),
lodgings as (
    select *, row_number() over (order by occupation_id) - 1 as place
    from occupations where to_date is null and household_kind not in ('single', 'students')
),
lodging as (
    select routed.*, side, n('lodging' || side, routed.person_id, (select count(*) from lodgings)) as place
    from routed, unnest(['from', 'to']) as sides (side)
    where case side when 'from' then from_number else to_number end = getvariable('borough_number')
)
select lodging.* exclude (place), lodgings.uprn, lodgings.occupation_id, lodgings.household_id
from lodging
inner join lodgings on lodging.place = lodgings.place;

-- Numbers that no two boroughs share, and small enough for an NHS number: those of the movers, then each borough's own.
create or replace table people_numbered as
select
    'P' || printf('%02d', getvariable('borough_number')) || '-' || mid as person_id,
    mid as pid, sex, date_of_birth, named_as, community, sid, m, is_child, died_on, adults, household_kind,
    getvariable('borough_number') * 1450000 + row_number() over (order by mid) as serial
from members
where date_of_birth < getvariable('as_of')
union all
select distinct
    person_id, person_id, case when u('sex', person_id) < 0.5 then 'M' else 'F' end, getvariable('as_of') - (7000 + n('age', person_id, 12000))::int, person_id,
    pick_community('mover', person_id), person_id, 0, false, null::date, 1, 'mover', i
from movers;

create or replace table people as
with named as (
    select
        people.*,
        last_names.surname,
        -- now and then a son has his father's name
        is_child and sex = 'M' and m = adults and household_kind = 'family' and u('junior', sid) < 0.03 and u('head_sex', sid) < 0.6 as is_junior,
        -- Of one family no two have one first name, but for him: they are that many names apart.
        case when named_as = sid then sid else pid end as called_as,
        case when named_as = sid and not is_junior then m else 0 end as name_place
    from people_numbered as people
    left join last_names on last_names.community = people.community and last_names.name_number = n('surname', named_as, surname_count(people.community))
),
called as (
    select
        named.*, first_names.first_name, middle_names.first_name as middle_name, birth_names.surname as birth_surname,
        serial * 2 as nhs_base
    from named
    left join forenames as first_names on first_names.community = named.community and first_names.sex = named.sex
        and first_names.name_number = (n('forename', called_as, forename_count(named.community, named.sex))
            + name_place * (forename_count(named.community, named.sex) // 7 + 1)) % forename_count(named.community, named.sex)
    left join forenames as middle_names on middle_names.community = named.community and middle_names.sex = named.sex
        and middle_names.name_number = case when u('has_middle', pid) < 0.4 then n('middle', pid, forename_count(named.community, named.sex)) end
    left join last_names as birth_names on birth_names.community = named.community
        and birth_names.name_number = case when named.sex = 'F' and m = 1 and not is_child and named_as <> pid
            then n('born_name', pid, surname_count(named.community)) end
)
select
    person_id,
    getvariable('provider_code') as provider_code,
    case when date_of_birth > getvariable('as_of') - 6570 then case sex when 'M' then 'Master' else 'Miss' end
        when sex = 'M' then case when u('doctor', pid) < 0.02 then 'Dr' else 'Mr' end
        else case when u('doctor', pid) < 0.02 then 'Dr' else ['Mrs', 'Ms', 'Miss'][1 + n('title', pid, 3)] end end as title,
    first_name, middle_name, surname, coalesce(birth_surname, surname) as birth_surname, sex, date_of_birth,
    case when died_on < getvariable('as_of') and died_on > date_of_birth then died_on end as date_of_death,
    coalesce(nhs(nhs_base), nhs(nhs_base + 1)) as nhs_number,
    case when date_of_birth < getvariable('as_of') - 5844
        then 'X' || ('ABCEGHJKLMNPRSTWXYZ')[1 + (serial // 3000000)::int] || printf('%06d', serial % 3000000 % 1000000) || ('ABC')[1 + (serial % 3000000 // 1000000)::int] end as nino,
    case when date_of_birth < getvariable('as_of') - 5110 and u('has_phone', pid) < 0.8 then printf('07700 900%03d', n('phone', pid, 1000)) end as phone,
    case when date_of_birth < getvariable('as_of') - 5110 and u('has_email', pid) < 0.6
        then lower(regexp_replace(first_name || '.' || surname, '[^A-Za-z.]', '', 'g')) || n('email', pid, 1000) || '@example.org' end as email,
    case community when 'english' then case when u('white', pid) < 0.8 then 'White British' else 'Mixed' end when 'south_asian' then 'Asian or Asian British'
        when 'african' then 'Black or Black British' when 'european' then 'White Other' else 'Chinese' end as ethnicity,
    case when is_child and date_of_birth > getvariable('history_from') and household_kind = 'family' then 'P' || printf('%02d', getvariable('borough_number')) || '-' || sid || '/' || (u('head_sex', sid) >= 0.6)::int end as father_id,
    case when is_child and date_of_birth > getvariable('history_from') then 'P' || printf('%02d', getvariable('borough_number')) || '-' || sid || '/'
        || case when household_kind = 'family' then (u('head_sex', sid) < 0.6)::int else 0 end end as mother_id
from called;

create or replace table residences as
with lived as (
    select
        'P' || printf('%02d', getvariable('borough_number')) || '-' || mid as person_id,
        'O' || printf('%02d', getvariable('borough_number')) || '-' || sid as occupation_id,
        uprn,
        greatest(from_date, date_of_birth) as from_date,
        nullif(least(coalesce(to_date, date '9999-01-01'), coalesce(parted_on, date '9999-01-01'), coalesce(died_on, date '9999-01-01')), date '9999-01-01') as to_date,
        m = 0 as is_head,
        case when m = 0 then 'head' when is_child then 'child' when household_kind in ('sharers', 'students') then 'sharer' else 'partner' end as relation
    from members
    union all
    select person_id, occupation_id, uprn,
        case side when 'from' then moved_on - (400 + n('lodged', person_id, 600))::int else moved_on end,
        case side when 'from' then moved_on end, false, 'lodger'
    from movers
)
select
    'R' || md5(person_id || occupation_id || from_date) as residence_id,
    person_id,
    getvariable('provider_code') as provider_code,
    uprn,
    occupation_id,
    'H' || substr(occupation_id, 2) as household_id,
    from_date,
    case when to_date < getvariable('as_of') then to_date end as to_date,
    is_head,
    relation
from lived
where from_date < getvariable('as_of') and (to_date is null or to_date > from_date) and person_id in (select person_id from people);
drop table stays; drop table members; drop table movers; drop table people_numbered;

-- int_property_days.sql
-- One row a UPRN of a gazetteer and day on which anything that is known of it may have changed.
with

blpus as (

    select * from {{ ref('int_gazetteer_blpus') }}

),

lpis as (

    select
        *,
        coalesce(valid_until_date, date '9999-12-31') as until_date
    from {{ ref('int_gazetteer_lpis') }}
    where uprn is not null

),

details as (

    select * from {{ ref('int_gazetteer_details') }}
    where detail_type in ('organisation', 'classification') and uprn is not null

),

streets as (

    select * from {{ ref('int_gazetteer_streets') }}
    where language = 'ENG'

),

spans as (

    select
        provider_code,
        uprn,
        valid_from_date,
        valid_until_date
    from blpus
    union all
    select
        provider_code,
        uprn,
        valid_from_date,
        valid_until_date
    from lpis
    union all
    select
        provider_code,
        uprn,
        valid_from_date,
        valid_until_date
    from details
    union all
    -- A street renamed while the address stays.
    select
        lpis.provider_code,
        lpis.uprn,
        streets.valid_from_date,
        null as valid_until_date
    from lpis
    inner join streets
        on
            lpis.provider_code = streets.provider_code
            and lpis.usrn = streets.usrn
            and lpis.valid_from_date < streets.valid_from_date
            and lpis.until_date > streets.valid_from_date

),

-- The days on which anything may have changed.
days as (

    select
        provider_code,
        uprn,
        valid_from_date as day
    from spans
    union
    select
        provider_code,
        uprn,
        valid_until_date as day
    from spans
    where valid_until_date is not null

)

select
    *,
    lead(day) over (
        partition by provider_code, uprn
        order by day
    ) as next_day
from days

-- int_property_history.sql
-- One row a UPRN of a gazetteer and period in which its address, class, status, parent and place stayed the same.
with

-- An open end is a far day here: only plain comparisons let the joins below be hash joins.
blpus as (

    select
        *,
        coalesce(valid_until_date, date '9999-12-31') as until_date
    from {{ ref('int_gazetteer_blpus') }}

),

lpis as (

    select
        *,
        coalesce(valid_until_date, date '9999-12-31') as until_date
    from {{ ref('int_gazetteer_lpis') }}
    where uprn is not null

),

streets as (

    select
        *,
        coalesce(valid_until_date, date '9999-12-31') as until_date
    from {{ ref('int_gazetteer_streets') }}
    where language = 'ENG'

),

details as (

    select
        *,
        coalesce(valid_until_date, date '9999-12-31') as until_date,
        concat_ws('|', coalesce(start_date::varchar, ''), detail_key) as precedence
    from {{ ref('int_gazetteer_details') }}
    where detail_type in ('organisation', 'classification') and uprn is not null

),

delivery_days as (

    select distinct
        provider_code,
        as_of_date
    from {{ ref('int_gazetteer_deliveries') }}
    where is_counted

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

),

periods as (

    select
        *,
        lead(day) over (
            partition by provider_code, uprn
            order by day
        ) as next_day
    from days

),

-- Of several addresses the approved one is the property's, in English, the one in force longest last.
addresses as (

    select
        periods.provider_code,
        periods.uprn,
        periods.day,
        lpis.lpi_key,
        lpis.valid_from_date
    from periods
    inner join lpis
        on
            periods.provider_code = lpis.provider_code
            and periods.uprn = lpis.uprn
            and periods.day >= lpis.valid_from_date
            and periods.day < lpis.until_date
    qualify
        row_number() over (
            partition by periods.provider_code, periods.uprn, periods.day
            order by
                list_position(['approved', 'provisional', 'candidate', 'alternative', 'historic'], lpis.logical_status) asc
                nulls last,
                lpis.end_date is not null asc,
                coalesce(lpis.language, 'ENG') = 'ENG' desc,
                lpis.start_date desc nulls last,
                lpis.lpi_key asc
        ) = 1

),

details_of_day as (

    select
        periods.provider_code,
        periods.uprn,
        periods.day,
        max_by(details.detail, details.precedence) filter (where details.detail_type = 'organisation') as organisation,
        max_by(details.detail, details.precedence) filter (where details.detail_type = 'classification') as blpu_class
    from periods
    inner join details
        on
            periods.provider_code = details.provider_code
            and periods.uprn = details.uprn
            and periods.day >= details.valid_from_date
            and periods.day < details.until_date
    where details.end_date is null
    group by periods.provider_code, periods.uprn, periods.day

),

described as (

    select
        periods.provider_code,
        periods.uprn,
        periods.day,
        periods.next_day,
        blpus.parent_uprn,
        coalesce(blpus.logical_status, lpis.logical_status) as logical_status,
        blpus.blpu_state,
        blpus.representative_point,
        coalesce(details_of_day.blpu_class, blpus.blpu_class) as blpu_class,
        blpus.is_property_shell,
        blpus.easting,
        blpus.northing,
        blpus.property_start_date,
        blpus.property_end_date,
        blpus.ward_as_sent,
        lpis.lpi_key,
        lpis.logical_status as lpi_logical_status,
        lpis.usrn,
        coalesce(details_of_day.organisation, lpis.organisation, blpus.organisation) as organisation,
        lpis.sao_text,
        lpis.sao_start_number,
        lpis.sao_start_suffix,
        lpis.sao_end_number,
        lpis.sao_end_suffix,
        lpis.pao_text,
        lpis.pao_start_number,
        lpis.pao_start_suffix,
        lpis.pao_end_number,
        lpis.pao_end_suffix,
        coalesce(streets.street_description, lpis.street_description) as street_description,
        coalesce(streets.locality, lpis.locality) as locality,
        coalesce(streets.town, lpis.town) as town,
        coalesce(streets.administrative_area, lpis.administrative_area) as administrative_area,
        lpis.post_town,
        lpis.postcode,
        lpis.postal_address_flag,
        lpis.address_as_sent,
        coalesce(blpus.extract_id, lpis.extract_id) as extract_id,
        coalesce(blpus.row_number, lpis.row_number) as row_number,
        coalesce(blpus.line_number, lpis.line_number) as line_number
    from periods
    left join blpus
        on
            periods.provider_code = blpus.provider_code
            and periods.uprn = blpus.uprn
            and periods.day >= blpus.valid_from_date
            and periods.day < blpus.until_date
    left join addresses
        on
            periods.provider_code = addresses.provider_code
            and periods.uprn = addresses.uprn
            and periods.day = addresses.day
    left join lpis
        on
            addresses.provider_code = lpis.provider_code
            and addresses.lpi_key = lpis.lpi_key
            and addresses.valid_from_date = lpis.valid_from_date
    left join streets
        on
            lpis.provider_code = streets.provider_code
            and lpis.usrn = streets.usrn
            and periods.day >= streets.valid_from_date
            and periods.day < streets.until_date
    left join details_of_day
        on
            periods.provider_code = details_of_day.provider_code
            and periods.uprn = details_of_day.uprn
            and periods.day = details_of_day.day
    where blpus.uprn is not null or lpis.uprn is not null

),

addressed as (

    select
        *,
        coalesce(address_as_sent, {{ geographic_address() }}) as geographic_address,
        coalesce(
            case
                when contains(replace(upper(address_as_sent), ' ', ''), replace(postcode, ' ', '')) then address_as_sent
                else address_as_sent || coalesce(', ' || postcode, '')
            end,
            {{ postal_address() }}
        ) as postal_address
    from described

),

-- An address is the same whatever its case and commas, its key and the parts that it came in.
compared as (

    select
        provider_code,
        uprn,
        day,
        next_day,
        hash(
            parent_uprn,
            logical_status,
            blpu_state,
            blpu_class,
            is_property_shell,
            easting,
            northing,
            property_start_date,
            property_end_date,
            regexp_replace(lower(postal_address), '[^a-z0-9]+', '', 'g')
        ) as content_hash
    from addressed

),

begun as (

    select
        *,
        coalesce(lag(next_day) over by_uprn <> day or lag(content_hash) over by_uprn <> content_hash, true) as is_new
    from compared
    window by_uprn as (partition by provider_code, uprn order by day)

),

numbered as (

    select
        *,
        count(*) filter (where is_new) over (
            partition by provider_code, uprn
            order by day
            rows between unbounded preceding and current row
        ) as period_number
    from begun

),

-- What was delivered last of the period stands for it.
bounded as (

    select
        provider_code,
        uprn,
        period_number,
        min(day) as valid_from_date,
        max(day) as last_day,
        nullif(max(coalesce(next_day, date '9999-12-31')), date '9999-12-31') as valid_until_date,
        max(coalesce(next_day, date '9999-12-31')) as until_date
    from numbered
    group by provider_code, uprn, period_number

),

seen as (

    select
        bounded.*,
        delivery_days.as_of_date as last_seen_date
    from bounded
    asof left join delivery_days
        on bounded.provider_code = delivery_days.provider_code and bounded.until_date > delivery_days.as_of_date

)

select
    seen.provider_code || '/' || seen.uprn || '/' || seen.valid_from_date as property_period_key,
    seen.provider_code,
    seen.uprn,
    seen.period_number,
    seen.valid_from_date,
    seen.valid_until_date,
    seen.last_seen_date,
    seen.valid_until_date is null as is_current,
    addressed.* exclude (provider_code, uprn, day, next_day, address_as_sent)
from seen
inner join addressed
    on
        seen.provider_code = addressed.provider_code
        and seen.uprn = addressed.uprn
        and seen.last_day = addressed.day

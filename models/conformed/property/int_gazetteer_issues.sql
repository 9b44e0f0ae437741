-- int_gazetteer_issues.sql
-- One row an issue of a gazetteer that only shows when its records are seen together.
with

doubled as (

    select * from {{ ref('int_gazetteer_doubled_records') }}

),

blpus as (

    select * from {{ ref('int_gazetteer_blpus') }}
    where valid_until_date is null

),

lpis as (

    select * from {{ ref('int_gazetteer_lpis') }}
    where valid_until_date is null

),

history as (

    select * from {{ ref('int_property_history') }}
    where is_current

),

properties as (

    select * from {{ ref('int_properties') }}

),

locations as (

    select * from {{ ref('int_property_locations') }}

),

providers as (

    select * from {{ ref('providers') }}
    where provider_type = 'london_borough'

),

-- A borough of which no boundary has landed can't be told from one that a point has left.
boroughs as (

    select distinct borough_code
    from {{ ref('int_areas') }}
    where is_current_vintage and boundary is not null

),

without_address as (

    select
        blpus.provider_code,
        blpus.extract_id,
        blpus.row_number,
        blpus.line_number,
        'uprn' as field,
        'blpu_without_lpi' as issue_type,
        blpus.uprn::varchar as value_as_sent
    from blpus
    anti join lpis
        on
            blpus.provider_code = lpis.provider_code
            and blpus.uprn = lpis.uprn
            and lpis.logical_status = 'approved'
    where blpus.logical_status = 'approved'

),

without_property as (

    select
        lpis.provider_code,
        lpis.extract_id,
        lpis.row_number,
        lpis.line_number,
        'uprn' as field,
        'lpi_without_blpu' as issue_type,
        lpis.uprn::varchar as value_as_sent
    from lpis
    anti join blpus on lpis.provider_code = blpus.provider_code and lpis.uprn = blpus.uprn
    where lpis.uprn is not null

),

without_parent as (

    select
        blpus.provider_code,
        blpus.extract_id,
        blpus.row_number,
        blpus.line_number,
        'parent_uprn' as field,
        'parent_unknown' as issue_type,
        blpus.parent_uprn::varchar as value_as_sent
    from blpus
    anti join blpus as parents
        on blpus.provider_code = parents.provider_code and blpus.parent_uprn = parents.uprn
    where blpus.parent_uprn is not null

),

astray as (

    select
        history.provider_code,
        history.extract_id,
        history.row_number,
        history.line_number,
        'coordinate' as field,
        case when locations.borough_code is null then 'coordinate_outside_london' else 'coordinate_in_other_borough' end
            as issue_type,
        concat_ws(', ', history.easting, history.northing) as value_as_sent
    from history
    inner join providers on history.provider_code = providers.provider_code
    inner join boroughs on providers.gss_code = boroughs.borough_code
    inner join locations on history.easting = locations.easting and history.northing = locations.northing
    where locations.borough_code is distinct from providers.gss_code

),

shared as (

    select
        history.provider_code,
        history.extract_id,
        history.row_number,
        history.line_number,
        'uprn' as field,
        'uprn_in_two_gazetteers' as issue_type,
        history.uprn::varchar as value_as_sent
    from history
    inner join properties on history.uprn = properties.uprn
    where history.provider_code <> properties.provider_code

),

found as (

    select * from doubled
    union all
    select * from without_address
    union all
    select * from without_property
    union all
    select * from without_parent
    union all
    select * from astray
    union all
    select * from shared

)

select
    'gazetteer' as subject,
    *
from found

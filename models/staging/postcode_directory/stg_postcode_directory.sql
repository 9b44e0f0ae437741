-- stg_postcode_directory.sql
-- One row a postcode of one edition as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_postcode_directory') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which postcode, and since when
        {{ parse_postcode('postcode') }} as postcode,
        {{ month_start('introduced_month') }} as introduced_date,
        {{ month_start('terminated_month') }} as terminated_date,
        case {{ parse_integer('user_type') }} when 0 then 'small' when 1 then 'large' end as user_type,

        -- where: nought and 99.999999 stand for no grid reference
        cast(nullif({{ parse_integer('easting') }}, 0) as integer) as easting,
        cast(nullif({{ parse_integer('northing') }}, 0) as integer) as northing,
        cast({{ parse_integer('grid_quality') }} as integer) as grid_quality,
        {{ parse_decimal('latitude') }} as latitude_as_sent,
        {{ parse_decimal('longitude') }} as longitude_as_sent,

        -- in which areas
        {{ area_code('country_code') }} as country_code,
        {{ area_code('region_code') }} as region_code,
        {{ area_code('borough_code') }} as borough_code,
        {{ area_code('ward_code') }} as ward_code,
        {{ area_code('lsoa_2021_code') }} as lsoa_2021_code,
        {{ area_code('msoa_2021_code') }} as msoa_2021_code,
        {{ area_code('lsoa_2011_code') }} as lsoa_2011_code,
        {{ area_code('msoa_2011_code') }} as msoa_2011_code,
        cast({{ parse_integer('deprivation_rank') }} as integer) as deprivation_rank,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, latitude_as_sent, longitude_as_sent),
    case when latitude_as_sent < 90 then latitude_as_sent end as latitude,
    case when latitude_as_sent < 90 then longitude_as_sent end as longitude,
    {{ issues([
        ['postcode', blank('as_sent.postcode')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode')],
        ['introduced_month', unreadable('as_sent.introduced_month', 'introduced_date', 'date_unreadable')],
        ['terminated_month', unreadable('as_sent.terminated_month', 'terminated_date', 'date_unreadable')],
        ['terminated_month', "case when terminated_date < introduced_date then 'dates_out_of_order' end"],
        ['easting', unreadable('as_sent.easting', parse_integer('as_sent.easting'), 'coordinate_unreadable')],
        ['northing', unreadable('as_sent.northing', parse_integer('as_sent.northing'), 'coordinate_unreadable')],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

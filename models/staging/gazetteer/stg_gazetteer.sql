-- stg_gazetteer.sql
-- One row a record of a gazetteer as sent, whichever table it is of, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_gazetteer') }}

),

-- What London's grid references and degrees look like, so that two that have changed places can be told.
read as (

    select
        *,
        {{ parse_decimal('easting') }} as first_metres,
        {{ parse_decimal('northing') }} as second_metres,
        {{ parse_decimal('longitude') }} as first_degrees,
        {{ parse_decimal('latitude') }} as second_degrees,
        first_metres between 100000 and 250000 and second_metres between 450000 and 600000 as is_grid_swapped,
        first_degrees between 50 and 53 and second_degrees between -2 and 2 as is_degrees_swapped
    from base

),

placed as (

    select
        *,
        case when is_grid_swapped then second_metres else first_metres end as grid_east,
        case when is_grid_swapped then first_metres else second_metres end as grid_north,
        case when is_degrees_swapped then second_degrees else first_degrees end as degrees_east,
        case when is_degrees_swapped then first_degrees else second_degrees end as degrees_north,
        coalesce(grid_east between 1000 and 700000 and grid_north between 1000 and 1300000, false) as is_on_grid,
        coalesce(degrees_east between -9 and 3 and degrees_north between 49 and 61, false) as is_in_degrees,
        case
            when is_in_degrees and not is_on_grid
                then {{ degrees_to_grid('st_point(degrees_east, degrees_north)') }}
        end as degrees_point
    from read

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which table and what it does
        table_name,
        table_name in ('address', 'property') as is_flat,
        case when upper({{ plain_text('change_type') }}) in ('U', 'D') then upper({{ plain_text('change_type') }}) else 'I' end
            as change_type,
        {{ parse_integer('processing_order') }} as processing_order,
        upper({{ clean_text('file_type') }}) as file_type,
        {{ parse_date('process_date') }} as process_date,

        -- which property, address, street or detail
        {{ parse_uprn('uprn') }} as uprn,
        {{ parse_uprn('parent_uprn') }} as parent_uprn,
        {{ parse_integer('usrn') }} as usrn,
        {{ clean_text('lpi_key') }} as lpi_key,
        coalesce({{ clean_text('xref_key') }}, {{ clean_text('organisation_key') }}, {{ clean_text('class_key') }})
            as detail_key,
        {{ clean_text('cross_reference') }} as cross_reference,
        {{ clean_text('cross_reference_source') }} as cross_reference_source,
        {{ clean_text('class_scheme') }} as class_scheme,
        {{ parse_uprn('successor_uprn') }} as successor_uprn,
        upper({{ clean_text('language') }}) as language,

        -- status
        coalesce({{ clean_text('lpi_logical_status') }}, {{ clean_text('logical_status') }}) as logical_status_as_sent,
        {{ clean_text('blpu_logical_status') }} as blpu_logical_status_as_sent,
        {{ clean_text('blpu_state') }} as blpu_state_as_sent,
        {{ clean_text('blpu_class') }} as blpu_class_as_sent,
        {{ parse_boolean('property_shell') }} as is_property_shell,
        upper({{ clean_text('postal_address_flag') }}) as postal_address_flag,
        upper({{ clean_text('official_flag') }}) as official_flag,

        -- where
        {{ clean_text('representative_point_code') }} as representative_point_code_as_sent,
        round(case when is_on_grid then grid_east else st_x(degrees_point) end, 2) as easting,
        round(case when is_on_grid then grid_north else st_y(degrees_point) end, 2) as northing,
        {{ clean_text('ward') }} as ward_as_sent,

        -- when
        {{ parse_date('start_date', format='start_date_format') }} as start_date,
        {{ parse_date('end_date', format='end_date_format') }} as end_date,
        {{ parse_date('last_update_date', format='last_update_date_format') }} as last_update_date,
        {{ parse_date('blpu_start_date', format='blpu_start_date_format') }} as blpu_start_date,
        {{ parse_date('blpu_end_date', format='blpu_end_date_format') }} as blpu_end_date,

        -- the address in parts
        {{ clean_text('organisation') }} as organisation,
        {{ clean_text('sao_text') }} as sao_text,
        {{ parse_integer('sao_start_number') }} as sao_start_number,
        {{ clean_text('sao_start_suffix') }} as sao_start_suffix,
        {{ parse_integer('sao_end_number') }} as sao_end_number,
        {{ clean_text('sao_end_suffix') }} as sao_end_suffix,
        {{ clean_text('pao_text') }} as pao_text,
        {{ parse_integer('pao_start_number') }} as pao_start_number,
        {{ clean_text('pao_start_suffix') }} as pao_start_suffix,
        {{ parse_integer('pao_end_number') }} as pao_end_number,
        {{ clean_text('pao_end_suffix') }} as pao_end_suffix,
        {{ clean_text('street_description') }} as street_description,
        {{ parse_integer('street_record_type') }} as street_record_type,
        nullif({{ parse_decimal('street_start_x') }}, 0) as street_start_easting,
        nullif({{ parse_decimal('street_start_y') }}, 0) as street_start_northing,
        nullif({{ parse_decimal('street_end_x') }}, 0) as street_end_easting,
        nullif({{ parse_decimal('street_end_y') }}, 0) as street_end_northing,
        {{ clean_text('locality') }} as locality,
        {{ clean_text('town') }} as town,
        {{ clean_text('administrative_area') }} as administrative_area,
        {{ clean_text('post_town') }} as post_town,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce(
            {{ parse_postcode('postcode') }},
            case when table_name = 'property' then {{ find_postcode('address') }} end
        ) as postcode,

        -- as sent, for the issues
        is_on_grid,
        is_in_degrees,
        placed as as_sent
    from placed

)

select
    * exclude (as_sent, postcode_as_sent, is_on_grid, is_in_degrees),
    {{ issues([
        [
            'uprn',
            "case when table_name not in ('header', 'street', 'street_descriptor', 'metadata') then "
            ~ blank('as_sent.uprn') ~ " end",
        ],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        [
            'parent_uprn',
            "case when " ~ plain_text('as_sent.parent_uprn') ~ " <> '0' then "
            ~ unreadable('as_sent.parent_uprn', 'parent_uprn', 'uprn_unreadable') ~ " end",
        ],
        [
            'blpu_class',
            "case when is_flat or table_name = 'classification' or (table_name = 'blpu' and as_sent.blpu_class is not null) then "
            ~ blank('as_sent.blpu_class') ~ " end",
        ],
        ['lpi_key', "case when table_name = 'lpi' then " ~ blank('as_sent.lpi_key') ~ " end"],
        ['usrn', unreadable('as_sent.usrn', 'usrn', 'number_unreadable')],
        ['street_start_x', measure_issue('as_sent.street_start_x', 'street_start_easting')],
        ['street_start_y', measure_issue('as_sent.street_start_y', 'street_start_northing')],
        ['street_end_x', measure_issue('as_sent.street_end_x', 'street_end_easting')],
        ['street_end_y', measure_issue('as_sent.street_end_y', 'street_end_northing')],
        ['change_type', "case when change_type <> upper(" ~ clean_text('as_sent.change_type')
            ~ ") then 'change_type_unknown' end"],
        ['sao_start_number', unreadable('as_sent.sao_start_number', 'sao_start_number', 'number_unreadable')],
        ['sao_end_number', unreadable('as_sent.sao_end_number', 'sao_end_number', 'number_unreadable')],
        ['pao_start_number', unreadable('as_sent.pao_start_number', 'pao_start_number', 'number_unreadable')],
        ['pao_end_number', unreadable('as_sent.pao_end_number', 'pao_end_number', 'number_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        [
            'coordinate',
            "case
                when table_name not in ('blpu', 'address', 'property') or change_type = 'D' then null
                when (is_on_grid and as_sent.is_grid_swapped) or (is_in_degrees and as_sent.is_degrees_swapped)
                    then 'coordinate_swapped'
                when easting is not null then null
                when concat_ws('', " ~ clean_text('as_sent.easting') ~ ", " ~ clean_text('as_sent.northing') ~ ", "
            ~ clean_text('as_sent.longitude') ~ ", " ~ clean_text('as_sent.latitude') ~ ") = '' then 'coordinate_missing'
                else 'coordinate_unreadable'
            end",
            "concat_ws(', ', as_sent.easting, as_sent.northing, as_sent.longitude, as_sent.latitude)",
        ],
        ['start_date', date_issue('as_sent.start_date', 'start_date', format='as_sent.start_date_format')],
        ['end_date', date_issue('as_sent.end_date', 'end_date', format='as_sent.end_date_format')],
        [
            'last_update_date',
            date_issue('as_sent.last_update_date', 'last_update_date', format='as_sent.last_update_date_format'),
        ],
        [
            'blpu_start_date',
            date_issue('as_sent.blpu_start_date', 'blpu_start_date', format='as_sent.blpu_start_date_format'),
        ],
        [
            'blpu_end_date',
            date_issue('as_sent.blpu_end_date', 'blpu_end_date', format='as_sent.blpu_end_date_format'),
        ],
        ['end_date', "case when end_date < start_date then 'dates_out_of_order' end"],
        ['blpu_end_date', "case when blpu_end_date < blpu_start_date then 'dates_out_of_order' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

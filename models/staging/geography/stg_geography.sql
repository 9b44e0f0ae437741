-- stg_geography.sql
-- One row an area as sent, typed, its boundary a valid polygon on the British National Grid. Nothing is filtered out.
with

base as (

    select * from {{ ref('base_geography') }}

),

-- The census that drew the areas stands in the name of the code's column (LSOA21CD), else the delivery's date tells it:
-- there is one in the first year of each decade.
vintages as (

    select
        extracts.extract_id,
        coalesce(
            2000 + try_cast(regexp_extract(extract_columns.source_column, '(?i)(\d{2})(cd|code)$', 1) as integer),
            (year(extracts.as_of_date)::integer - 1) // 10 * 10 + 1
        ) as vintage
    from {{ ref('extracts') }} as extracts
    left join {{ ref('extract_columns') }} as extract_columns
        on
            extracts.extract_id = extract_columns.extract_id
            and extract_columns.field = 'area_code'
            and extract_columns.status = 'mapped'
    where extracts.subject = 'geography'

),

read as (

    select
        base.*,
        vintages.vintage,
        {{ parse_boundary('base.boundary') }} as shape_as_sent
    from base
    inner join vintages on base.extract_id = vintages.extract_id

),

-- Numbers that can only be degrees are degrees.
on_grid as (

    select
        *,
        case
            when st_xmin(shape_as_sent) >= -180 and st_xmax(shape_as_sent) <= 180 and abs(st_ymax(shape_as_sent)) <= 90
                then {{ degrees_to_grid('shape_as_sent') }}
            else shape_as_sent
        end as grid_shape
    from read

),

-- A repair may leave lines and points beside the polygons: only what has an area is kept.
repaired as (

    select
        *,
        st_collectionextract(case when st_isvalid(grid_shape) then grid_shape else st_makevalid(grid_shape) end, 3)
            as polygon
    from on_grid

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which area
        vintage,
        {{ clean_text('area_code') }} as area_code,
        {{ clean_text('area_name') }} as area_name,
        {{ clean_text('parent_code') }} as parent_code,
        {{ clean_text('parent_name') }} as parent_name,
        {{ clean_text('borough_code') }} as borough_code,
        {{ clean_text('borough_name') }} as borough_name,
        {{ clean_text('ward_code') }} as ward_code,
        {{ clean_text('ward_name') }} as ward_name,

        -- where
        case when not st_isempty(polygon) then st_aswkb(polygon) end as boundary,
        st_isvalid(grid_shape) as is_valid_as_sent,

        -- as sent, for the issues
        repaired as as_sent
    from repaired

)

select
    * exclude (as_sent, is_valid_as_sent),
    {{ issues([
        ['area_code', blank('as_sent.area_code')],
        ['borough_code', blank('as_sent.borough_code')],
        ['boundary', blank('as_sent.boundary')],
        [
            'boundary',
            unreadable('as_sent.boundary', 'boundary', 'boundary_unreadable'),
            'left(as_sent.boundary, 200)',
        ],
        [
            'boundary',
            "case when boundary is not null and not is_valid_as_sent then 'boundary_repaired' end",
            'left(as_sent.boundary, 200)',
        ],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

-- int_gazetteer_blpus.sql
-- One row a property (BLPU) of a gazetteer and period in which its deliveries gave it alike.
with

staged as (

    select * from {{ ref('stg_gazetteer') }}
    where table_name in ('blpu', 'address', 'property')

),

deliveries as (

    select * from {{ ref('int_gazetteer_deliveries') }}
    where is_counted

),

-- Where property and address share a record, the property's own status may be left out: that of its address is all there is.
stated as (

    select
        *,
        case when is_flat then coalesce(blpu_logical_status_as_sent, logical_status_as_sent) else logical_status_as_sent end
            as status_as_sent,
        case when is_flat then blpu_start_date else start_date end as property_start_date,
        case when is_flat then blpu_end_date else end_date end as property_end_date
    from staged

),

statuses as (

    {{ code_map('logical_status', 'stated', 'status_as_sent') }}

),

states as (

    {{ code_map('blpu_state', 'stated', 'blpu_state_as_sent') }}

),

representative_points as (

    {{ code_map('representative_point', 'stated', 'representative_point_code_as_sent') }}

),

classes as (

    {{ code_map('blpu_class', 'stated', 'blpu_class_as_sent') }}

),

keyed as (

    select
        stated.*,
        statuses.code as logical_status,
        states.code as blpu_state,
        representative_points.code as representative_point,
        classes.code as blpu_class
    from stated
    left join statuses
        on stated.provider_code = statuses.provider_code and stated.status_as_sent = statuses.as_sent
    left join states
        on stated.provider_code = states.provider_code and stated.blpu_state_as_sent = states.as_sent
    left join representative_points
        on
            stated.provider_code = representative_points.provider_code
            and stated.representative_point_code_as_sent = representative_points.as_sent
    left join classes
        on stated.provider_code = classes.provider_code and stated.blpu_class_as_sent = classes.as_sent

),

-- Of the addresses of a property in one table the approved one says what the property is.
records as (

    select
        provider_code,
        extract_id,
        row_number,
        uprn as key,
        change_type,
        coalesce(processing_order, 0) + case when is_flat and logical_status = 'approved' then 1000000000000 else 0 end
            as processing_order,
        hash(
            parent_uprn,
            logical_status,
            blpu_state,
            representative_point,
            blpu_class,
            easting,
            northing,
            property_start_date,
            property_end_date,
            is_property_shell,
            case when not is_flat then organisation end,
            ward_as_sent
        ) as content_hash
    from keyed

),

versions as (

    {{ record_versions('records', 'deliveries') }}

)

select
    versions.provider_code,
    versions.key as uprn,
    versions.valid_from_date,
    versions.valid_until_date,
    keyed.parent_uprn,
    keyed.logical_status,
    keyed.blpu_state,
    keyed.representative_point,
    keyed.blpu_class,
    keyed.easting,
    keyed.northing,
    keyed.property_start_date,
    keyed.property_end_date,
    keyed.is_property_shell,
    case when not keyed.is_flat then keyed.organisation end as organisation,
    keyed.ward_as_sent,
    versions.extract_id,
    versions.row_number,
    keyed.line_number
from versions
inner join keyed on versions.extract_id = keyed.extract_id and versions.row_number = keyed.row_number

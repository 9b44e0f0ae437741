-- dim_property_history.sql
-- One row a property (UPRN) and period in which its gazetteer gave it the same address, class, status, parent and place.
with

history as (

    select * from {{ ref('int_property_history') }}

),

-- A property that two gazetteers hold has the history of the one whose it is.
properties as (

    select * from {{ ref('int_properties') }}

),

statuses as (

    select * from {{ ref('logical_status') }}

)

select
    history.property_period_key,
    history.uprn,
    history.provider_code,
    properties.borough_code,
    history.period_number,
    history.valid_from_date,
    history.valid_until_date,
    history.last_seen_date,
    history.is_current,
    coalesce(statuses.property_status, 'live') as status,
    history.logical_status,
    history.blpu_state,
    history.parent_uprn,
    history.blpu_class as classification_code,
    history.postal_address,
    history.geographic_address,
    history.organisation,
    history.usrn,
    history.postcode,
    history.easting,
    history.northing,
    history.property_start_date as start_date,
    history.property_end_date as end_date,
    history.extract_id,
    history.row_number,
    history.line_number
from history
inner join properties on history.uprn = properties.uprn and history.provider_code = properties.provider_code
left join statuses on history.logical_status = statuses.code

-- int_property_sales.sql
-- One row a transfer of property in London that the register still holds, as last delivered, with the city's codes and its place.
with

newest as (

    {{ newest_by_key(ref('stg_property_sales'), 'transaction_reference') }}

),

-- A monthly file may delete a transfer and add it again: what it says last of a transfer counts.
standing as (

    select * from newest
    qualify
        occurrence = max(occurrence) over (partition by extract_id, coalesce(transaction_reference, record_hash::varchar))

),

districts as (

    select
        organisation_key,
        borough_code
    from {{ ref('int_organisation_names') }}
    where borough_code is not null

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'property_sales'

),

-- The register is of England and Wales: what lies in another district, and nothing else places here, is not ours.
sales as (

    select
        standing.* exclude (uprn, occurrence, record_hash, issues, record_status),
        places.uprn,
        places.uprn_method,
        -- A postcode may lie across a border: the district is the register's own word for this property.
        case
            when places.uprn is not null then places.borough_code
            else coalesce(districts.borough_code, places.borough_code)
        end as borough_code,
        places.lsoa_code,
        places.msoa_code,
        places.ward_code,
        places.area_method
    from standing
    left join places on standing.extract_id = places.extract_id and standing.row_number = places.row_number
    left join districts on {{ organisation_key('standing.district_name') }} = districts.organisation_key
    where
        standing.record_status <> 'D'
        and (
            coalesce(districts.borough_code, places.borough_code) is not null
            or standing.district_name is null
            or upper(standing.county_name) = 'GREATER LONDON'
        )

),

property_types as (

    {{ code_map('sale_property_type', 'sales', 'property_type_as_sent') }}

),

estate_types as (

    {{ code_map('estate_type', 'sales', 'estate_type_as_sent') }}

),

categories as (

    {{ code_map('price_paid_category', 'sales', 'price_paid_category_as_sent') }}

)

select
    md5(concat_ws(
        '|',
        sales.provider_code,
        coalesce(sales.transaction_reference, concat(sales.extract_id, '|', sales.row_number))
    )) as sale_key,
    sales.*,
    property_types.code as property_type,
    estate_types.code as estate_type,
    categories.code as price_paid_category
from sales
left join property_types
    on sales.provider_code = property_types.provider_code and sales.property_type_as_sent = property_types.as_sent
left join estate_types
    on sales.provider_code = estate_types.provider_code and sales.estate_type_as_sent = estate_types.as_sent
left join categories
    on sales.provider_code = categories.provider_code and sales.price_paid_category_as_sent = categories.as_sent

-- int_tenancies.sql
-- One row a tenancy as last delivered, with its property and the size of its household.
with

records as (

    select * from {{ ref('int_tenancy_records') }}
    where is_counted

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'tenancies'

),

properties as (

    select * from records
    where table_name = 'property'

),

members as (

    select
        provider_code,
        household_reference,
        count(*) as household_members
    from records
    where table_name = 'member'
    group by provider_code, household_reference

),

-- One extract has the property beside the tenancy, the other one only its reference.
whole as (

    select
        *,
        case when table_name = 'tenancy' then property_reference end as own_property_reference,
        case when table_name = 'tenancy' then household_reference end as own_household_reference
    from records
    where table_name in ('tenancy', 'whole')

),

tenancies as (

    select
        whole.* exclude (address, postcode, bedrooms, household_members),
        coalesce(whole.address, properties.address) as address,
        coalesce(whole.postcode, properties.postcode) as postcode,
        coalesce(whole.bedrooms, properties.bedrooms) as bedrooms,
        coalesce(whole.household_members, members.household_members) as household_members,
        coalesce(properties.extract_id, whole.extract_id) as place_extract_id,
        case when properties.extract_id is null then whole.row_number else properties.row_number end
            as place_row_number
    from whole
    left join properties
        on
            whole.provider_code = properties.provider_code
            and whole.own_property_reference = properties.property_reference
    left join members
        on
            whole.provider_code = members.provider_code
            and whole.own_household_reference = members.household_reference

)

select
    md5(concat_ws(
        '|',
        tenancies.provider_code,
        coalesce(tenancies.tenancy_reference, concat(tenancies.extract_id, '|', tenancies.row_number))
    )) as tenancy_key,
    tenancies.provider_code,
    tenancies.tenancy_reference,
    tenancies.property_reference,
    tenancies.tenure,
    tenancies.tenure_as_sent,
    tenancies.tenancy_start_date,
    tenancies.tenancy_end_date,
    tenancies.weekly_rent_amount,
    tenancies.balance_amount,
    tenancies.household_members,
    tenancies.bedrooms,
    tenancies.has_notice_to_quit,
    tenancies.notice_date,
    tenancies.has_court_order,
    tenancies.court_order_date,
    tenancies.eviction_date,
    coalesce(tenancies.tenancy_start_date <= tenancies.as_of_date, true)
    and coalesce(tenancies.tenancy_end_date > tenancies.as_of_date, true) as is_live,
    tenancies.address,
    tenancies.postcode,
    places.borough_code,
    places.uprn,
    places.uprn_method,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    tenancies.as_of_date,
    tenancies.extract_id,
    tenancies.row_number,
    tenancies.line_number
from tenancies
left join places
    on tenancies.place_extract_id = places.extract_id and tenancies.place_row_number = places.row_number

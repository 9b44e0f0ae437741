-- int_record_properties.sql
-- One row a record of a subject that is about a property: the UPRN it was given, if that is one of its borough, and
-- the areas in which the property, or else its postcode, lies.
with

providers as (

    select
        provider_code,
        case when provider_type = 'london_borough' then gss_code end as borough_code
    from {{ ref('providers') }}

),

properties as (

    select * from {{ ref('int_properties') }}

),

postcodes as (

    select * from {{ ref('int_postcodes') }}

),

-- A borough of which no gazetteer has come can't be told from one whose UPRNs are wrong. A national body's record is looked
-- for in the gazetteers of all; which of them should have it is told by its postcode.
gazetteers as (

    select distinct borough_code
    from properties

),

records as (

    select * from {{ ref('int_property_records') }}

),

looked_up as (

    select
        records.*,
        providers.borough_code as expected_borough_code,
        properties.uprn as known_uprn,
        properties.borough_code as known_borough_code,
        coalesce(known_borough_code = coalesce(expected_borough_code, known_borough_code), false) as is_given,
        case when is_given then properties.borough_code end as property_borough_code,
        case when is_given then properties.lsoa_code end as property_lsoa_code,
        case when is_given then properties.msoa_code end as property_msoa_code,
        case when is_given then properties.ward_code end as property_ward_code,
        postcodes.borough_code as postcode_borough_code,
        postcodes.lsoa_code as postcode_lsoa_code,
        postcodes.msoa_code as postcode_msoa_code,
        postcodes.ward_code as postcode_ward_code,
        gazetteers.borough_code is not null as has_gazetteer
    from records
    left join providers on records.provider_code = providers.provider_code
    left join properties on records.uprn = properties.uprn
    left join postcodes on records.postcode = postcodes.postcode
    left join gazetteers on coalesce(providers.borough_code, postcodes.borough_code) = gazetteers.borough_code

)

select
    subject,
    provider_code,
    extract_id,
    row_number,
    line_number,
    uprn as given_uprn,
    case when is_given then known_uprn end as uprn,
    case when is_given then 'given' end as uprn_method,
    coalesce(property_borough_code, expected_borough_code, postcode_borough_code) as borough_code,
    coalesce(property_lsoa_code, postcode_lsoa_code) as lsoa_code,
    case when property_lsoa_code is not null then property_msoa_code else postcode_msoa_code end as msoa_code,
    case when property_lsoa_code is not null then property_ward_code else postcode_ward_code end as ward_code,
    case
        when property_lsoa_code is not null then 'property'
        when postcode_lsoa_code is not null then 'postcode'
    end as area_method,
    case
        when known_borough_code <> expected_borough_code then 'uprn_in_other_borough'
        when given_uprn is not null and known_uprn is null and has_gazetteer then 'uprn_unknown'
    end as issue_type
from looked_up

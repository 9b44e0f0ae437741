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
        postcodes.borough_code as postcode_borough_code,
        postcodes.lsoa_code as postcode_lsoa_code,
        postcodes.msoa_code as postcode_msoa_code,
        postcodes.ward_code as postcode_ward_code,
        known_borough_code = coalesce(expected_borough_code, known_borough_code) as is_of_its_borough,
        gazetteers.borough_code is not null as has_gazetteer
    from records
    left join providers on records.provider_code = providers.provider_code
    left join properties on records.uprn = properties.uprn
    left join postcodes on records.postcode = postcodes.postcode
    left join gazetteers on coalesce(providers.borough_code, postcodes.borough_code) = gazetteers.borough_code

)

select
    looked_up.subject,
    looked_up.provider_code,
    looked_up.extract_id,
    looked_up.row_number,
    looked_up.line_number,
    looked_up.uprn as given_uprn,
    properties.uprn,
    case when properties.uprn is not null then 'given' end as uprn_method,
    coalesce(properties.borough_code, looked_up.expected_borough_code, looked_up.postcode_borough_code) as borough_code,
    coalesce(properties.lsoa_code, looked_up.postcode_lsoa_code) as lsoa_code,
    case when properties.lsoa_code is not null then properties.msoa_code else looked_up.postcode_msoa_code end as msoa_code,
    case when properties.lsoa_code is not null then properties.ward_code else looked_up.postcode_ward_code end as ward_code,
    case
        when properties.lsoa_code is not null then 'property'
        when looked_up.postcode_lsoa_code is not null then 'postcode'
    end as area_method,
    case
        when looked_up.known_borough_code <> looked_up.expected_borough_code then 'uprn_in_other_borough'
        when looked_up.uprn is not null and looked_up.known_uprn is null and looked_up.has_gazetteer then 'uprn_unknown'
    end as issue_type
from looked_up
left join properties on looked_up.known_uprn = properties.uprn and looked_up.is_of_its_borough

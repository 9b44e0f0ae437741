-- int_record_properties.sql
-- One row a record of a subject that is about a property: the property, by its UPRN if that is one of its borough,
-- else by its address, and the areas in which the property, or else its postcode, lies.
with

providers as (

    {{ provider_boroughs() }}

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

    select
        *,
        {{ address_key('provider_code', 'address', 'postcode') }} as address_key
    from {{ ref('int_property_records') }}

),

matches as (

    select * from {{ ref('int_address_matches') }}

),

decisions as (

    select
        uprn,
        {{ address_key('provider_code', 'address', 'postcode') }} as address_key
    from {{ ref('address_decisions') }}

),

looked_up as (

    select
        records.*,
        providers.borough_code as expected_borough_code,
        given.uprn as known_uprn,
        given.borough_code as known_borough_code,
        coalesce(known_borough_code = coalesce(expected_borough_code, known_borough_code), false) as is_given,
        decisions.address_key is not null as is_decided,
        decisions.uprn as decided_uprn,
        matches.match_level,
        matches.match_method,
        matches.match_weight,
        matches.match_margin,
        matches.building_uprn as matched_building_uprn,
        matches.uprn as matched_uprn,
        given.parent_uprn as given_parent_uprn,
        matched.parent_uprn as matched_parent_uprn,
        postcodes.borough_code as postcode_borough_code,
        postcodes.lsoa_code as postcode_lsoa_code,
        postcodes.msoa_code as postcode_msoa_code,
        postcodes.ward_code as postcode_ward_code,
        gazetteers.borough_code is not null as has_gazetteer
    from records
    left join providers on records.provider_code = providers.provider_code
    left join properties as given on records.uprn = given.uprn
    left join matches on records.address_key = matches.address_key
    left join properties as matched on matches.uprn = matched.uprn
    left join decisions on records.address_key = decisions.address_key
    left join postcodes on records.postcode = postcodes.postcode
    left join gazetteers on coalesce(providers.borough_code, postcodes.borough_code) = gazetteers.borough_code

),

-- The address names another door than the UPRN beside it: a door within it, which is the nearer answer, or one that is
-- no part of it and no whole that it is a part of.
compared as (

    select
        *,
        coalesce(
            is_given and not is_decided and match_level = 'dwelling' and matched_uprn <> known_uprn
            and coalesce(given_parent_uprn <> matched_uprn, true) and match_weight >= 12,
            false
        ) as is_another_door,
        is_another_door and coalesce(matched_parent_uprn = known_uprn, false) as is_of_building
    from looked_up

),

told as (

    select
        *,
        case
            when is_decided then decided_uprn
            when is_given and not is_of_building then known_uprn
            else matched_uprn
        end as found_uprn,
        case
            when is_decided then 'decided'
            when is_given and not is_of_building then 'given'
            when matched_uprn is not null then match_method
        end as found_method
    from compared

)

select
    told.subject,
    told.provider_code,
    told.extract_id,
    told.row_number,
    told.line_number,
    told.uprn as given_uprn,
    told.found_uprn as uprn,
    case when told.found_uprn is not null or told.is_decided then told.found_method end as uprn_method,
    told.address_key,
    case when told.address_key is not null then coalesce(told.match_level, 'none') end as match_level,
    told.match_weight,
    told.match_margin,
    told.matched_uprn,
    case when told.found_uprn is null and not told.is_decided then told.matched_building_uprn end as building_uprn,
    coalesce(found.borough_code, told.expected_borough_code, told.postcode_borough_code) as borough_code,
    coalesce(found.lsoa_code, told.postcode_lsoa_code) as lsoa_code,
    case when found.lsoa_code is not null then found.msoa_code else told.postcode_msoa_code end as msoa_code,
    case when found.lsoa_code is not null then found.ward_code else told.postcode_ward_code end as ward_code,
    case
        when found.lsoa_code is not null then 'property'
        when told.postcode_lsoa_code is not null then 'postcode'
    end as area_method,
    case
        when told.known_borough_code <> told.expected_borough_code then 'uprn_in_other_borough'
        when told.uprn is not null and told.known_uprn is null and told.has_gazetteer then 'uprn_unknown'
        when told.is_of_building then 'uprn_of_building'
        when told.is_another_door then 'uprn_contradicted'
    end as issue_type
from told
left join properties as found on told.found_uprn = found.uprn

-- int_council_tax_accounts.sql
-- One row an account and the property that it is of, with the city's codes and the property's place.
with

stays as (

    select * from {{ ref('int_council_tax_stays') }}

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'council_tax'

),

bands as (

    {{ code_map('council_tax_band', 'stays', 'council_tax_band_as_sent') }}

),

liabilities as (

    {{ code_map('council_tax_liability', 'stays', 'liability_as_sent') }}

),

owner_liabilities as (

    {{ code_map('council_tax_owner_liability', 'stays', 'owner_liability_as_sent') }}

),

discounts as (

    {{ code_map('council_tax_discount', 'stays', 'discount_as_sent') }}

),

exemptions as (

    {{ code_map('council_tax_exemption', 'stays', 'exemption_as_sent') }}

),

occupancies as (

    {{ code_map('occupancy', 'stays', 'occupancy_as_sent') }}

),

statuses as (

    {{ code_map('tax_account_status', 'stays', 'account_status_as_sent') }}

),

unoccupied_discounts as (

    select * from {{ ref('council_tax_discount') }}

),

unoccupied_exemptions as (

    select * from {{ ref('council_tax_exemption') }}

),

coded as (

    select
        stays.* exclude (liable_persons),
        bands.code as council_tax_band,
        liabilities.code as liability,
        owner_liabilities.code as owner_liability,
        discounts.code as discount,
        exemptions.code as exemption,
        -- Some systems count more persons than they name.
        nullif(greatest(len(stays.parties), coalesce(stays.liable_persons, 0)), 0) as liable_persons,
        -- Any of these says that nobody lives there; silence means that somebody does.
        coalesce(occupancies.code = 'empty', false)
        or coalesce(unoccupied_exemptions.is_unoccupied, false)
        or coalesce(unoccupied_discounts.is_unoccupied, false)
        or coalesce(liabilities.code = 'void', false) as is_empty,
        -- A system's mark of the running version is set on stays that have ended too, so the dates have a say.
        stays.has_property
        and not stays.is_property_deleted
        and coalesce(statuses.code, 'live') = 'live'
        and coalesce(stays.occupied_from_date <= stays.as_of_date, true)
        and coalesce(stays.vacated_date > stays.as_of_date, true) as is_live
    from stays
    left join bands
        on stays.provider_code = bands.provider_code and stays.council_tax_band_as_sent = bands.as_sent
    left join liabilities
        on stays.provider_code = liabilities.provider_code and stays.liability_as_sent = liabilities.as_sent
    left join owner_liabilities
        on
            stays.provider_code = owner_liabilities.provider_code
            and stays.owner_liability_as_sent = owner_liabilities.as_sent
    left join discounts
        on stays.provider_code = discounts.provider_code and stays.discount_as_sent = discounts.as_sent
    left join exemptions
        on stays.provider_code = exemptions.provider_code and stays.exemption_as_sent = exemptions.as_sent
    left join occupancies
        on stays.provider_code = occupancies.provider_code and stays.occupancy_as_sent = occupancies.as_sent
    left join statuses
        on stays.provider_code = statuses.provider_code and stays.account_status_as_sent = statuses.as_sent
    left join unoccupied_discounts on discounts.code = unoccupied_discounts.code
    left join unoccupied_exemptions on exemptions.code = unoccupied_exemptions.code

)

select
    md5(concat_ws(
        '|',
        coded.provider_code,
        coalesce(coded.account_reference, concat(coded.extract_id, '|', coded.row_number)),
        coalesce(coded.property_reference, places.given_uprn::varchar, coded.address, ''),
        row_number() over (
            partition by
                coded.provider_code,
                coalesce(coded.account_reference, concat(coded.extract_id, '|', coded.row_number)),
                coalesce(coded.property_reference, places.given_uprn::varchar, coded.address, '')
            order by coded.occupied_from_date nulls first, coded.extract_id, coded.row_number
        )
    )) as account_key,
    places.borough_code,
    places.uprn,
    places.uprn_method,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    coded.* exclude (place_extract_id, place_row_number)
from coded
left join places on coded.place_extract_id = places.extract_id and coded.place_row_number = places.row_number

-- int_business_rates_accounts.sql
-- One row a liability for a hereditament, with the city's codes and its place; the names of persons are left out.
with

-- Seen: a liability twice in one export, before and after a relief was granted; the later line is the later state.
liabilities as (

    select * from {{ ref('int_business_rates_records') }}
    where recency = 1

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'business_rates'

),

reliefs as (

    {{ code_map('business_rates_relief', 'liabilities', 'relief_as_sent') }}

),

second_reliefs as (

    {{ code_map('business_rates_relief', 'liabilities', 'second_relief_as_sent') }}

),

occupancies as (

    {{ code_map('occupancy', 'liabilities', 'occupancy_as_sent') }}

),

statuses as (

    {{ code_map('tax_account_status', 'liabilities', 'account_status_as_sent') }}

),

relief_codes as (

    select * from {{ ref('business_rates_relief') }}

),

-- `Mr A Khan t/a Khan's Kebabs`: the person goes, the firm stays.
named as (

    select
        *,
        {{ clean_text("regexp_replace(occupier_name, '(?i)[ ,(]+(?:t/a|t/as|trading as)[ :].*$', '')") }} as ratepayer,
        coalesce(
            trading_name,
            nullif(trim(regexp_extract(occupier_name, '(?i)[ ,(]+(?:t/a|t/as|trading as)[ :]+([^)]*)', 1)), '')
        ) as firm
    from liabilities

)

select
    md5(concat_ws(
        '|',
        named.provider_code,
        coalesce(named.account_reference, ''),
        coalesce(named.billing_authority_reference, named.record_hash::varchar),
        row_number() over (
            partition by
                named.provider_code,
                coalesce(named.account_reference, ''),
                coalesce(named.billing_authority_reference, named.record_hash::varchar)
            order by named.liable_from_date nulls first, named.extract_id, named.row_number
        )
    )) as account_key,
    named.provider_code,
    places.borough_code,
    places.uprn,
    places.uprn_method,
    named.address,
    named.postcode,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    named.account_reference,
    named.billing_authority_reference,
    named.voa_uarn,
    named.rateable_value_amount,
    named.rateable_value_date,
    named.property_description,
    named.primary_description_code,
    named.special_category_code,
    {{ is_person_name('named.ratepayer') }} as is_person,
    case
        when {{ is_redacted('named.occupier_name') }} then null
        when not is_person then named.occupier_name
        when not {{ is_person_name('named.firm') }} then named.firm
    end as occupier_name,
    coalesce(reliefs.code, second_reliefs.code) as relief,
    case when reliefs.code is not null then nullif(second_reliefs.code, reliefs.code) end as second_relief,
    coalesce(occupancies.code = 'empty', false)
    or coalesce(relief_codes.is_unoccupied, false)
    or coalesce(second_relief_codes.is_unoccupied, false) as is_empty,
    named.liable_from_date,
    named.liable_to_date,
    coalesce(statuses.code, 'live') = 'live'
    and coalesce(named.liable_from_date <= named.as_of_date, true)
    and coalesce(named.liable_to_date > named.as_of_date, true) as is_live,
    named.annual_charge_amount,
    named.as_of_date,
    named.extract_id,
    named.row_number,
    named.line_number
from named
left join places on named.extract_id = places.extract_id and named.row_number = places.row_number
left join reliefs on named.provider_code = reliefs.provider_code and named.relief_as_sent = reliefs.as_sent
left join second_reliefs
    on named.provider_code = second_reliefs.provider_code and named.second_relief_as_sent = second_reliefs.as_sent
left join occupancies
    on named.provider_code = occupancies.provider_code and named.occupancy_as_sent = occupancies.as_sent
left join statuses on named.provider_code = statuses.provider_code and named.account_status_as_sent = statuses.as_sent
left join relief_codes on reliefs.code = relief_codes.code
left join relief_codes as second_relief_codes on second_reliefs.code = second_relief_codes.code

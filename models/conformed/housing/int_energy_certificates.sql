-- int_energy_certificates.sql
-- One row a certificate of a dwelling in London as last delivered, with the city's codes and its place.
with

newest as (

    {{ newest_by_key(ref('stg_energy_certificates'), 'lmk_key') }}

),

-- A certificate is one document: a key twice in one file is the same one sent twice (int_national_issues tells of it).
certificates as (

    select * from newest
    qualify
        occurrence = max(occurrence) over (partition by extract_id, coalesce(lmk_key, record_hash::varchar))

),

boroughs as (

    select gss_code as borough_code
    from {{ ref('providers') }}
    where provider_type = 'london_borough'

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'energy_certificates'

),

-- The register is of England and Wales: what another authority than London's lists, and nothing else places here, is not ours.
placed as (

    select
        certificates.* exclude (uprn, occurrence, record_hash, issues),
        coalesce(certificates.lmk_key, concat(certificates.extract_id, '|', certificates.row_number)) as certificate_number,
        places.given_uprn,
        places.uprn,
        places.uprn_method,
        coalesce(places.borough_code, boroughs.borough_code) as borough_code,
        places.lsoa_code,
        places.msoa_code,
        places.ward_code,
        places.area_method
    from certificates
    left join places on certificates.extract_id = places.extract_id and certificates.row_number = places.row_number
    left join boroughs on certificates.local_authority_code = boroughs.borough_code
    where
        coalesce(places.borough_code, boroughs.borough_code) is not null
        or certificates.local_authority_code is null

),

-- One dwelling: its UPRN, which the register found out later than the first certificates of some buildings; else the
-- register's own number of the building, else the address.
dwellings as (

    select
        *,
        coalesce(
            coalesce(
                uprn,
                given_uprn,
                case
                    when building_reference_number is not null
                        then max(coalesce(uprn, given_uprn)) over (partition by building_reference_number)
                end
            )::varchar,
            building_reference_number,
            concat_ws('|', {{ code_key('address') }}, postcode)
        ) as dwelling
    from placed

),

-- Seen: one inspection lodged twice, the second time corrected. Both stay in the register; the later lodged is the latest.
ranked as (

    select
        *,
        row_number() over (
            partition by dwelling
            order by
                coalesce(inspection_date, lodgement_date) desc nulls last,
                lodged_at desc nulls last,
                certificate_number desc
        ) = 1 as is_latest
    from dwellings

),

property_types as (

    {{ code_map('epc_property_type', 'ranked', 'property_type_as_sent') }}

),

built_forms as (

    {{ code_map('epc_built_form', 'ranked', 'built_form_as_sent') }}

),

transaction_types as (

    {{ code_map('epc_transaction_type', 'ranked', 'transaction_type_as_sent') }}

),

tenures as (

    {{ code_map('epc_tenure', 'ranked', 'tenure_as_sent') }}

),

fuels as (

    {{ code_map('epc_main_fuel', 'ranked', 'main_fuel_as_sent') }}

)

select
    md5(concat_ws('|', ranked.provider_code, ranked.certificate_number)) as certificate_key,
    ranked.* exclude (certificate_number, dwelling),
    property_types.code as property_type,
    built_forms.code as built_form,
    transaction_types.code as transaction_type,
    tenures.code as tenure,
    fuels.code as main_fuel
from ranked
left join property_types on ranked.provider_code = property_types.provider_code and ranked.property_type_as_sent = property_types.as_sent
left join built_forms on ranked.provider_code = built_forms.provider_code and ranked.built_form_as_sent = built_forms.as_sent
left join transaction_types on ranked.provider_code = transaction_types.provider_code and ranked.transaction_type_as_sent = transaction_types.as_sent
left join tenures on ranked.provider_code = tenures.provider_code and ranked.tenure_as_sent = tenures.as_sent
left join fuels on ranked.provider_code = fuels.provider_code and ranked.main_fuel_as_sent = fuels.as_sent

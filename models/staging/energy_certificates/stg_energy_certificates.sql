-- stg_energy_certificates.sql
-- One row an energy performance certificate as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_energy_certificates') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which certificate
        {{ clean_text('lmk_key') }} as lmk_key,
        nullif({{ clean_text('building_reference_number') }}, '0') as building_reference_number,

        -- where: the post town stands in a column of its own, and often at the end of a line too
        {{ parse_uprn('uprn') }} as uprn,
        {{ clean_text('uprn_source') }} as uprn_source,
        coalesce(
            {{ joined_address([
                'address_1',
                'address_2',
                'address_3',
                "case when not regexp_matches(
                    upper(concat_ws('|', address_1, address_2, address_3)),
                    '(^|[|, ])' || regexp_escape(upper(trim(post_town))) || ' *([|]|$)'
                ) then post_town end",
            ]) }},
            {{ clean_text('address') }}
        ) as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce({{ parse_postcode('postcode') }}, {{ find_postcode('address') }}) as postcode,
        {{ area_code('local_authority_code') }} as local_authority_code,

        -- how good
        {{ energy_rating('current_energy_rating') }} as current_energy_rating,
        {{ energy_rating('potential_energy_rating') }} as potential_energy_rating,
        {{ parse_integer('current_energy_efficiency') }} as current_efficiency,
        {{ parse_integer('potential_energy_efficiency') }} as potential_efficiency,
        {{ parse_decimal('energy_consumption_current') }} as consumption,
        {{ parse_decimal('co2_emissions_current') }} as emissions,
        {{ parse_money('heating_cost_current') }} as heating_cost_amount,
        {{ parse_money('hot_water_cost_current') }} as hot_water_cost_amount,
        {{ parse_money('lighting_cost_current') }} as lighting_cost_amount,

        -- what sort of dwelling
        {{ clean_text('property_type') }} as property_type_as_sent,
        {{ clean_text('built_form') }} as built_form_as_sent,
        {{ clean_text('construction_age_band') }} as construction_age_band,
        {{ clean_text('tenure') }} as tenure_as_sent,
        {{ parse_decimal('total_floor_area') }} as floor_area,
        {{ parse_integer('number_habitable_rooms') }} as habitable_rooms,
        {{ parse_integer('number_heated_rooms') }} as heated_rooms,
        {{ parse_integer('extension_count') }} as extensions,
        {{ clean_text('floor_level') }} as floor_level,
        {{ clean_text('main_fuel') }} as main_fuel_as_sent,
        {{ parse_boolean('mains_gas') }} as has_mains_gas,
        {{ clean_text('walls_description') }} as walls_description,
        {{ clean_text('roof_description') }} as roof_description,
        {{ clean_text('windows_description') }} as windows_description,
        {{ clean_text('mainheat_description') }} as mainheat_description,

        -- when, and what for
        {{ parse_date('inspection_date', format='inspection_date_format') }} as inspection_date,
        coalesce(
            {{ parse_date('lodgement_date', format='lodgement_date_format') }}, {{ parse_date('lodgement_datetime') }}
        ) as lodgement_date,
        try_cast({{ clean_text('lodgement_datetime') }} as timestamp) as lodged_at,
        {{ clean_text('transaction_type') }} as transaction_type_as_sent,

        -- as sent, for the issues
        base as as_sent
    from base

),

-- Nought is what the register holds where nobody measured or counted.
measured as (

    select
        * exclude (
            current_efficiency, potential_efficiency, consumption, emissions, floor_area, habitable_rooms, heated_rooms,
            extensions, lodged_at
        ),
        coalesce(lodged_at, lodgement_date) as lodged_at,
        try_cast(nullif(current_efficiency, 0) as integer) as current_energy_efficiency,
        try_cast(nullif(potential_efficiency, 0) as integer) as potential_energy_efficiency,
        try_cast(consumption as decimal(10, 2)) as energy_consumption_current,
        try_cast(emissions as decimal(10, 2)) as co2_emissions_current,
        try_cast(case when floor_area > 0 then floor_area end as decimal(10, 2)) as total_floor_area,
        try_cast(nullif(habitable_rooms, 0) as integer) as number_habitable_rooms,
        try_cast(heated_rooms as integer) as number_heated_rooms,
        try_cast(extensions as integer) as extension_count
    from parsed

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues([
        ['lmk_key', blank('as_sent.lmk_key')],
        ['current_energy_rating', blank('as_sent.current_energy_rating')],
        ['current_energy_rating', unreadable('as_sent.current_energy_rating', 'current_energy_rating', 'rating_unreadable')],
        [
            'potential_energy_rating',
            unreadable('as_sent.potential_energy_rating', 'potential_energy_rating', 'rating_unreadable'),
        ],
        ['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')],
        ['current_energy_efficiency', measure_issue('as_sent.current_energy_efficiency', 'current_energy_efficiency')],
        [
            'potential_energy_efficiency',
            measure_issue('as_sent.potential_energy_efficiency', 'potential_energy_efficiency'),
        ],
        ['total_floor_area', measure_issue('as_sent.total_floor_area', 'total_floor_area')],
        ['number_habitable_rooms', measure_issue('as_sent.number_habitable_rooms', 'number_habitable_rooms')],
        [
            'number_heated_rooms',
            unreadable('as_sent.number_heated_rooms', 'number_heated_rooms', 'number_unreadable'),
        ],
        [
            'energy_consumption_current',
            unreadable('as_sent.energy_consumption_current', 'energy_consumption_current', 'number_unreadable'),
        ],
        [
            'co2_emissions_current',
            unreadable('as_sent.co2_emissions_current', 'co2_emissions_current', 'number_unreadable'),
        ],
        ['extension_count', unreadable('as_sent.extension_count', 'extension_count', 'number_unreadable')],
        ['heating_cost_current', amount_issue('as_sent.heating_cost_current', 'heating_cost_amount')],
        ['hot_water_cost_current', amount_issue('as_sent.hot_water_cost_current', 'hot_water_cost_amount')],
        ['lighting_cost_current', amount_issue('as_sent.lighting_cost_current', 'lighting_cost_amount')],
        ['mains_gas', unreadable('as_sent.mains_gas', 'has_mains_gas', 'flag_unreadable')],
        [
            'inspection_date',
            date_issue('as_sent.inspection_date', 'inspection_date', format='as_sent.inspection_date_format'),
        ],
        [
            'lodgement_date',
            date_issue('as_sent.lodgement_date', 'lodgement_date', format='as_sent.lodgement_date_format'),
        ],
        ['lodgement_date', "case when lodgement_date < inspection_date then 'dates_out_of_order' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from measured

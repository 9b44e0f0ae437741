-- stg_street_trees.sql
-- One row a tree as sent, typed. Nothing is filtered out here.
{%- set metres = ['m', 'mt', 'mtr', 'mtrs', 'metre', 'metres'] %}
{%- set centimetres = ['cm', 'cms', 'centimetre', 'centimetres'] %}
with

base as (

    select * from {{ ref('base_street_trees') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- which tree, and whose
        {{ clean_text('tree_reference') }} as tree_reference,
        {{ clean_text('local_authority_name') }} as local_authority_name,
        {{ clean_text('maintained_by') }} as maintained_by,

        -- where; a grid reference and degrees are told apart in int_record_locations
        {{ clean_text('site_name') }} as site_name,
        {{ clean_text('street_name') }} as street_name,
        {{ parse_integer('usrn') }} as usrn,
        {{ clean_text('ward') }} as ward_as_sent,
        {{ parse_postcode('postcode') }} as postcode,
        {{ clean_text('land_type') }} as land_type_as_sent,
        {{ clean_text('easting') }} as easting,
        {{ clean_text('northing') }} as northing,
        {{ clean_text('longitude') }} as longitude,
        {{ clean_text('latitude') }} as latitude,

        -- of which kind
        {{ clean_text('botanical_name') }} as botanical_name_as_sent,
        {{ clean_text('common_name') }} as common_name_as_sent,

        -- how old, how well, how large
        {{ clean_text('age_class') }} as age_class_as_sent,
        {{ clean_text('condition') }} as condition_as_sent,
        {{ parse_integer('tree_count') }} as tree_count,
        nullif({{ parse_decimal('height', units=metres) }}, 0) as height_metres,
        {{ clean_text('height_band') }} as height_band,
        nullif({{ parse_decimal('crown_spread', units=metres) }}, 0) as crown_spread_metres,
        {{ clean_text('crown_spread_band') }} as crown_spread_band,
        nullif({{ parse_decimal('diameter', units=centimetres) }}, 0) as diameter_centimetres,
        {{ clean_text('diameter_band') }} as diameter_band,
        nullif({{ parse_decimal('girth', units=centimetres) }}, 0) as girth_centimetres,
        {{ parse_money('amenity_value') }} as amenity_value_amount,

        -- when
        {{ clean_text('tree_status') }} as tree_status_as_sent,
        {{ parse_date('planted_date', format='planted_date_format') }} as planted_date,
        {{ parse_date('removed_date', format='removed_date_format') }} as removed_date,
        {{ parse_date('inspected_date', format='inspected_date_format') }} as inspected_date,
        {{ parse_date('inspection_due_date', format='inspection_due_date_format') }} as inspection_due_date,
        {{ parse_date('last_updated_date', format='last_updated_date_format') }} as last_updated_date,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent),
    {{ issues([
        ['tree_reference', blank('as_sent.tree_reference')],
        ['usrn', unreadable('as_sent.usrn', 'usrn', 'number_unreadable')],
        ['postcode', postcode_issue('as_sent.postcode', 'postcode')],
        ['tree_count', unreadable('as_sent.tree_count', 'tree_count', 'number_unreadable')],
        ['tree_count', "case when tree_count < 0 then 'number_negative' end"],
        ['height', measure_issue('as_sent.height', 'height_metres')],
        ['height', "case when height_metres < 0 then 'number_negative' end"],
        ['crown_spread', measure_issue('as_sent.crown_spread', 'crown_spread_metres')],
        ['crown_spread', "case when crown_spread_metres < 0 then 'number_negative' end"],
        ['diameter', measure_issue('as_sent.diameter', 'diameter_centimetres')],
        ['diameter', "case when diameter_centimetres < 0 then 'number_negative' end"],
        ['girth', measure_issue('as_sent.girth', 'girth_centimetres')],
        ['girth', "case when girth_centimetres < 0 then 'number_negative' end"],
        ['amenity_value', amount_issue('as_sent.amenity_value', 'amenity_value_amount')],
        [
            'planted_date',
            date_issue('as_sent.planted_date', 'planted_date', format='as_sent.planted_date_format'),
        ],
        [
            'removed_date',
            date_issue('as_sent.removed_date', 'removed_date', format='as_sent.removed_date_format'),
        ],
        [
            'inspected_date',
            date_issue('as_sent.inspected_date', 'inspected_date', format='as_sent.inspected_date_format'),
        ],
        [
            'inspection_due_date',
            date_issue('as_sent.inspection_due_date', 'inspection_due_date', format='as_sent.inspection_due_date_format'),
        ],
        [
            'last_updated_date',
            date_issue('as_sent.last_updated_date', 'last_updated_date', format='as_sent.last_updated_date_format'),
        ],
        ['removed_date', "case when removed_date < planted_date then 'dates_out_of_order' end"],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

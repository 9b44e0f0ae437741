-- int_property_records.sql
-- One row a record of a subject that is about a property: the UPRN, address and postcode that it came with.
{{ config(materialized='view') }}

with

records as (

    {% for subject in property_subjects() %}
    select
        '{{ subject }}' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        uprn,
        address,
        postcode
    from {{ ref('stg_' ~ subject) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from records

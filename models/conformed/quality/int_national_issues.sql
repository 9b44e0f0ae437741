-- int_national_issues.sql
-- One row a record of a national register or directory that does not count, since its file has a later one of the same key.
with

found as (

    {{ doubled_records('postcode_directory', ref('stg_postcode_directory'), 'postcode') }}
    union all
    {{ doubled_records('energy_certificates', ref('stg_energy_certificates'), 'lmk_key') }}
    union all
    {{ doubled_records(
        'property_sales', ref('stg_property_sales'), 'transaction_reference', within=['record_status']
    ) }}

)

select * from found

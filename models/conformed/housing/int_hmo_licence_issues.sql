-- int_hmo_licence_issues.sql
-- One row an issue of a licence, an application or an exemption that shows only beside other records.
with

staged as (

    select
        *,
        coalesce(uprn::varchar, {{ code_key('address') }}) as house
    from {{ ref('stg_hmo_licences') }}

),

counted as (

    select * from {{ ref('int_hmo_licence_records') }}

),

current_extracts as (

    {{ current_snapshots('hmo_licences', ref('stg_hmo_licences')) }}

),

doubled_in_a_file as (

    {{ doubled_records(
        'hmo_licences', 'staged', 'licence_reference', within=['table_name', 'licence_start_date', 'house']
    ) }}

),

-- Those that a record of another file of the same day took the place of.
doubled_across_files as (

    select
        'hmo_licences' as subject,
        staged.provider_code,
        staged.extract_id,
        staged.row_number,
        staged.line_number,
        'licence_reference' as field,
        'record_doubled' as issue_type,
        staged.licence_reference as value_as_sent
    from staged
    inner join current_extracts on staged.extract_id = current_extracts.extract_id
    anti join counted on staged.extract_id = counted.extract_id and staged.row_number = counted.row_number
    anti join doubled_in_a_file
        on staged.extract_id = doubled_in_a_file.extract_id and staged.row_number = doubled_in_a_file.row_number

),

repeated as (

    select
        'hmo_licences' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'licence_reference' as field,
        'reference_repeated' as issue_type,
        licence_reference as value_as_sent
    from counted
    where licence_reference is not null
    qualify
        row_number() over (
            partition by provider_code, table_name, licence_reference, licence_start_date
            order by landed_at, extract_id, row_number
        ) > 1

),

without_house as (

    select
        'hmo_licences' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'address' as field,
        'value_missing' as issue_type,
        null as value_as_sent
    from staged
    where house is null

)

select * from doubled_in_a_file
union all by name
select * from doubled_across_files
union all by name
select * from repeated
union all by name
select * from without_house

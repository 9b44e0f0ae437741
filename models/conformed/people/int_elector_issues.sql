-- int_elector_issues.sql
-- One row an issue of an entry of the register of electors that shows only beside other entries or lists.
with

staged as (

    select
        *,
        lower(full_name) as name
    from {{ ref('stg_electoral_register') }}

),

counted as (

    select * from {{ ref('int_counted_electors') }}

),

current_extracts as (

    {{ current_snapshots('electoral_register', ref('stg_electoral_register')) }}

),

franchises as (

    {{ code_map('elector_franchise', ref('stg_electoral_register'), 'franchise_as_sent') }}

),

doubled_in_a_file as (

    {{ doubled_records('electoral_register', 'staged', 'elector_reference', within=['name', 'date_of_birth']) }}

),

-- Those that an entry of another file of the same day took the place of.
doubled_across_files as (

    select
        'electoral_register' as subject,
        staged.provider_code,
        staged.extract_id,
        staged.row_number,
        staged.line_number,
        'elector_reference' as field,
        'record_doubled' as issue_type,
        staged.elector_reference as value_as_sent
    from staged
    inner join current_extracts on staged.extract_id = current_extracts.extract_id
    anti join counted on staged.extract_id = counted.extract_id and staged.row_number = counted.row_number
    anti join doubled_in_a_file
        on staged.extract_id = doubled_in_a_file.extract_id and staged.row_number = doubled_in_a_file.row_number

),

repeated as (

    select
        'electoral_register' as subject,
        counted.provider_code,
        counted.extract_id,
        counted.row_number,
        counted.line_number,
        'elector_reference' as field,
        'reference_repeated' as issue_type,
        staged.elector_reference as value_as_sent
    from counted
    inner join staged on counted.extract_id = staged.extract_id and counted.row_number = staged.row_number
    where staged.elector_reference is not null and counted.occurrence > 1

),

-- The law keeps name and address of an anonymous elector out of the register.
named as (

    select
        staged.*,
        franchises.code as franchise
    from staged
    left join franchises
        on staged.provider_code = franchises.provider_code and staged.franchise_as_sent = franchises.as_sent
    where coalesce(franchises.code <> 'anonymous', true)

),

without_name as (

    select
        'electoral_register' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'surname' as field,
        'value_missing' as issue_type,
        null as value_as_sent
    from named
    where full_name is null

),

without_forename as (

    select
        'electoral_register' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'forename' as field,
        'value_missing' as issue_type,
        null as value_as_sent
    from named
    where forename is null and surname is not null

),

-- Special electors (overseas, service) are listed without an address.
without_address as (

    select
        'electoral_register' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'address' as field,
        'value_missing' as issue_type,
        null as value_as_sent
    from named
    where address is null and uprn is null and coalesce(franchise not in ('overseas', 'overseas_peer'), true)

)

select * from doubled_in_a_file
union all by name
select * from doubled_across_files
union all by name
select * from repeated
union all by name
select * from without_name
union all by name
select * from without_forename
union all by name
select * from without_address

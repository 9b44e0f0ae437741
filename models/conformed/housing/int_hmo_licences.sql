-- int_hmo_licences.sql
-- One row a licence, an application that has come to none yet, or an exemption, with the city's codes and its place.
with

records as (

    select * from {{ ref('int_hmo_licence_records') }}

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'hmo_licences'

),

types as (

    {{ code_map('licence_type', ref('stg_hmo_licences'), 'licence_type_as_sent') }}

),

statuses as (

    {{ code_map('licence_status', ref('stg_hmo_licences'), 'licence_status_as_sent') }}

),

registers_with_status as (

    select distinct extract_id
    from {{ ref('extract_columns') }}
    where subject = 'hmo_licences' and field = 'licence_status' and status = 'mapped'

),

applications as (

    select * from records
    where table_name = 'applications' and application_reference is not null
    qualify
        row_number() over (
            partition by provider_code, application_reference order by landed_at desc, extract_id desc, row_number desc
        ) = 1

),

licences as (

    select * from records
    where table_name = 'licences'

),

-- An application that became a licence of the register is a part of it; any other stands for itself.
cases as (

    select
        licences.* replace (
            coalesce(licences.application_date, applications.application_date) as application_date,
            coalesce(licences.licence_type_as_sent, applications.licence_type_as_sent) as licence_type_as_sent,
            coalesce(licences.licence_holder_name, applications.licence_holder_name) as licence_holder_name,
            coalesce(licences.manager_name, applications.manager_name) as manager_name,
            coalesce(licences.maximum_persons, applications.maximum_persons) as maximum_persons,
            coalesce(licences.maximum_households, applications.maximum_households) as maximum_households,
            coalesce(licences.storeys, applications.storeys) as storeys,
            coalesce(licences.sleeping_rooms, applications.sleeping_rooms) as sleeping_rooms
        )
    from licences
    left join applications
        on
            licences.provider_code = applications.provider_code
            and licences.application_reference = applications.application_reference
    union all by name
    select records.*
    from records
    anti join licences
        on
            records.provider_code = licences.provider_code
            and case when records.table_name = 'applications' then records.application_reference end
            = licences.application_reference
    where records.table_name <> 'licences'

),

-- A list that says no status is one of licences, of applications or of exemptions, and that is what its records are.
coded as (

    select
        cases.*,
        types.code as licence_type,
        case
            when cases.licence_status_as_sent is not null then statuses.code
            when registers_with_status.extract_id is not null then null
            when cases.table_name = 'exemptions' then 'exempt'
            when cases.table_name = 'applications' then 'pending'
            else 'granted'
        end as status_sent
    from cases
    left join types
        on cases.provider_code = types.provider_code and cases.licence_type_as_sent = types.as_sent
    left join statuses
        on cases.provider_code = statuses.provider_code and cases.licence_status_as_sent = statuses.as_sent
    left join registers_with_status on cases.extract_id = registers_with_status.extract_id

),

-- Registers keep what has run out for a while, as granted.
dated as (

    select
        *,
        case
            when status_sent in ('granted', 'exempt') and licence_expiry_date < as_of_date then 'expired'
            else status_sent
        end as licence_status,
        coalesce(licence_status in ('granted', 'exempt') and coalesce(licence_start_date <= as_of_date, true), false)
            as is_in_force
    from coded

),

placed as (

    select
        dated.* exclude (uprn),
        places.borough_code,
        places.uprn,
        places.uprn_method,
        places.lsoa_code,
        places.msoa_code,
        places.ward_code,
        places.area_method
    from dated
    left join places on dated.extract_id = places.extract_id and dated.row_number = places.row_number

)

select
    md5(concat_ws(
        '|',
        provider_code,
        coalesce(licence_reference, concat(extract_id, '|', row_number)),
        coalesce(licence_start_date::varchar, ''),
        row_number() over (
            partition by provider_code, licence_reference, licence_start_date
            order by table_name desc, landed_at asc, extract_id asc, row_number asc
        )
    )) as licence_key,
    provider_code,
    borough_code,
    uprn,
    uprn_method,
    address,
    postcode,
    lsoa_code,
    msoa_code,
    ward_code,
    area_method,
    licence_reference,
    application_reference,
    licence_type,
    licence_status,
    licence_status_as_sent,
    is_in_force
    and row_number() over (
        partition by provider_code, is_in_force, coalesce(uprn::varchar, house, licence_reference)
        order by licence_start_date desc nulls last, licence_expiry_date desc nulls last, extract_id asc, row_number asc
    ) = 1 as is_current,
    maximum_persons,
    maximum_households,
    storeys,
    sleeping_rooms,
    licence_holder_name,
    manager_name,
    application_date,
    licence_start_date,
    licence_expiry_date,
    as_of_date,
    extract_id,
    row_number,
    line_number
from placed

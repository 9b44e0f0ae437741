-- int_tenancy_people.sql
-- One row a person of a tenancy's household, or its tenant where the system names nobody else.
with

records as (

    select * from {{ ref('int_tenancy_records') }}
    where is_counted

),

staged as (

    select * from {{ ref('stg_tenancies') }}

),

tenancies as (

    select
        tenancies.*,
        records.household_reference
    from {{ ref('int_tenancies') }} as tenancies
    inner join records on tenancies.extract_id = records.extract_id and tenancies.row_number = records.row_number

),

named as (

    select
        records.provider_code,
        records.table_name,
        records.tenancy_reference,
        records.household_reference,
        records.member_reference,
        staged.name,
        staged.title,
        staged.forename as first_name,
        staged.surname,
        staged.birth_date,
        staged.nino,
        staged.extract_id,
        staged.row_number,
        staged.line_number
    from records
    inner join staged on records.extract_id = staged.extract_id and records.row_number = staged.row_number
    where
        records.table_name in ('member', 'tenancy', 'whole')
        and (staged.name is not null or staged.surname is not null)

),

-- A household keeps the tenancies that ended: the newest tells where it is.
of_household as (

    select * from tenancies
    where household_reference is not null
    qualify
        row_number() over (
            partition by provider_code, household_reference
            order by is_live desc, tenancy_start_date desc nulls last, tenancy_key asc
        ) = 1

),

placed as (

    select
        named.*,
        tenancies.* exclude (provider_code, tenancy_reference, household_reference, extract_id, row_number, line_number)
    from named
    inner join of_household as tenancies
        on named.provider_code = tenancies.provider_code and named.household_reference = tenancies.household_reference
    where named.table_name = 'member'

    union all by name

    select
        named.*,
        tenancies.* exclude (provider_code, tenancy_reference, household_reference, extract_id, row_number, line_number)
    from named
    inner join tenancies on named.extract_id = tenancies.extract_id and named.row_number = tenancies.row_number
    where named.table_name <> 'member'

)

select
    md5(concat_ws(
        '|', 'tenancies', provider_code, coalesce(household_reference || '|' || member_reference, tenancy_reference),
        lower(coalesce(name, concat_ws(' ', first_name, surname)))
    )) as record_id,
    provider_code,
    borough_code,
    coalesce(household_reference || '/' || member_reference, tenancy_reference) as person_reference,
    title,
    first_name,
    null::varchar as middle_name,
    surname,
    name,
    birth_date,
    nino,
    address,
    postcode,
    uprn,
    lsoa_code,
    ward_code,
    tenancy_start_date as start_date,
    tenancy_end_date as end_date,
    is_live,
    as_of_date,
    extract_id,
    row_number,
    line_number
from placed
qualify row_number() over (partition by record_id order by is_live desc, extract_id desc, row_number desc) = 1

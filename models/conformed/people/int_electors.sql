-- int_electors.sql
-- One row an entry of a borough's newest register of electors, with the city's codes and its place.
with

counted as (

    select * from {{ ref('int_counted_electors') }}

),

staged as (

    select * from {{ ref('stg_electoral_register') }}

),

places as (

    select * from {{ ref('int_record_properties') }}
    where subject = 'electoral_register'

),

franchises as (

    {{ code_map('elector_franchise', ref('stg_electoral_register'), 'franchise_as_sent') }}

),

changes as (

    {{ code_map('elector_change', ref('stg_electoral_register'), 'change_type_as_sent') }}

),

-- No letter means every election, but only in a register that prints letters.
registers_with_letters as (

    select distinct extract_id
    from {{ ref('extract_columns') }}
    where subject = 'electoral_register' and field = 'franchise' and status = 'mapped'

)

select
    md5(concat_ws(
        '|',
        counted.provider_code,
        coalesce(staged.elector_reference, concat(counted.extract_id, '|', counted.row_number)),
        counted.occurrence
    )) as elector_key,
    counted.provider_code,
    places.borough_code,
    places.uprn,
    places.uprn_method,
    staged.address,
    staged.postcode,
    places.lsoa_code,
    places.msoa_code,
    places.ward_code,
    places.area_method,
    staged.elector_reference,
    staged.title,
    staged.forename,
    staged.middle_name,
    staged.surname,
    staged.full_name,
    -- Who comes of age on a day was born on it eighteen years before.
    coalesce(staged.date_of_birth, cast(staged.attainment_date - interval 18 years as date)) as date_of_birth,
    coalesce(staged.attainment_date, cast(staged.date_of_birth + interval 18 years as date)) as attainment_date,
    coalesce(
        coalesce(staged.attainment_date, staged.date_of_birth + interval 18 years) > counted.as_of_date,
        franchises.code = 'attainer',
        false
    ) as is_attainer,
    case
        when staged.franchise_as_sent is not null then franchises.code
        when registers_with_letters.extract_id is not null then 'full'
    end as franchise,
    staged.franchise_as_sent,
    changes.code as change_type,
    staged.polling_district,
    staged.registered_date,
    staged.removed_date,
    coalesce(changes.code <> 'deleted', true) and coalesce(staged.removed_date > counted.as_of_date, true) as is_live,
    counted.as_of_date,
    counted.extract_id,
    counted.row_number,
    counted.line_number
from counted
inner join staged on counted.extract_id = staged.extract_id and counted.row_number = staged.row_number
left join places on counted.extract_id = places.extract_id and counted.row_number = places.row_number
left join franchises
    on counted.provider_code = franchises.provider_code and staged.franchise_as_sent = franchises.as_sent
left join changes on counted.provider_code = changes.provider_code and staged.change_type_as_sent = changes.as_sent
left join registers_with_letters on counted.extract_id = registers_with_letters.extract_id

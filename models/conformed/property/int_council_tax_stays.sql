-- int_council_tax_stays.sql
-- One row a stay: an account and the property that it is of, from one line or from the three tables that tell of it.
with

records as (

    select * from {{ ref('int_council_tax_records') }}

),

-- Seen: a property twice in one export, before and after its band was altered; the later line is the later state.
properties as (

    select * from records
    where table_name = 'property' and property_reference is not null
    qualify
        row_number() over (
            partition by provider_code, property_reference order by landed_at desc, extract_id desc, row_number desc
        ) = 1

),

accounts as (

    select
        provider_code,
        account_reference,
        list_sort(list_distinct(flatten(list(parties)))) as parties,
        max(liable_persons) as liable_persons,
        arg_min(liability_as_sent, row_number) as liability_as_sent,
        max(as_of_date) as as_of_date,
        arg_max(
            struct_pack(extract_id := extract_id, row_number := row_number, line_number := line_number),
            struct_pack(landed_at := landed_at, extract_id := extract_id, row_number := row_number)
        ) as last_record
    from records
    where table_name = 'account' and account_reference is not null
    group by provider_code, account_reference

),

-- Seen: a stay twice in one export, before and after it ended, and a line for each person liable; the last line tells the state.
stays as (

    select * from records
    where stay_key is not null
    qualify
        row_number() over (partition by stay_key order by landed_at desc, extract_id desc, row_number desc) = 1

),

named as (

    select
        stay_key,
        list_sort(list_distinct(flatten(list(parties)))) as parties
    from records
    where stay_key is not null
    group by stay_key

)

select
    coalesce(stays.provider_code, accounts.provider_code) as provider_code,
    coalesce(stays.extract_id, accounts.last_record.extract_id) as extract_id,
    coalesce(stays.row_number, accounts.last_record.row_number) as row_number,
    coalesce(stays.line_number, accounts.last_record.line_number) as line_number,
    coalesce(stays.as_of_date, accounts.as_of_date) as as_of_date,
    coalesce(stays.account_reference, accounts.account_reference) as account_reference,
    stays.property_reference,
    list_sort(list_distinct(
        list_concat(coalesce(named.parties, []), coalesce(accounts.parties, []))
    )) as parties,
    coalesce(stays.liable_persons, accounts.liable_persons) as liable_persons,
    coalesce(stays.liability_as_sent, accounts.liability_as_sent) as liability_as_sent,
    coalesce(stays.owner_liability_as_sent, properties.owner_liability_as_sent) as owner_liability_as_sent,
    coalesce(stays.council_tax_band_as_sent, properties.council_tax_band_as_sent) as council_tax_band_as_sent,
    stays.discount_as_sent,
    stays.exemption_as_sent,
    coalesce(stays.occupancy_as_sent, properties.occupancy_as_sent) as occupancy_as_sent,
    stays.account_status_as_sent,
    coalesce(stays.is_deleted, properties.is_deleted, false) as is_property_deleted,
    stays.occupied_from_date,
    stays.vacated_date,
    coalesce(properties.address, stays.address) as address,
    coalesce(properties.postcode, stays.postcode) as postcode,
    coalesce(properties.extract_id, stays.extract_id, accounts.last_record.extract_id) as place_extract_id,
    coalesce(properties.row_number, stays.row_number, accounts.last_record.row_number) as place_row_number,
    coalesce(stays.table_name = 'extract', false) or properties.property_reference is not null as has_property
from stays
inner join named on stays.stay_key = named.stay_key
-- An account of which no stay was sent stays, without a property.
full outer join accounts
    on stays.provider_code = accounts.provider_code and stays.account_reference = accounts.account_reference
left join properties
    on stays.provider_code = properties.provider_code and stays.property_reference = properties.property_reference

-- int_person_records.sql
-- One row a person as a service knows them now: who, where, since when and until when. Only its newest delivery counts.
with

electors as (

    select
        md5(concat_ws('|', 'electoral_register', elector_key)) as record_id,
        'electoral_register' as subject,
        provider_code,
        borough_code,
        elector_reference as person_reference,
        title,
        forename as first_name,
        middle_name,
        surname,
        case when forename is null then full_name end as name,
        date_of_birth as birth_date,
        address,
        postcode,
        uprn,
        lsoa_code,
        ward_code,
        registered_date as start_date,
        removed_date as end_date,
        is_live,
        as_of_date,
        extract_id,
        row_number,
        line_number
    from {{ ref('int_electors') }}
    where full_name is not null

),

together as (

    select * from electors

    {% for subject, model in people_subjects().items() %}
    union all by name

    select
        '{{ subject }}' as subject,
        *
    from {{ ref(model) }}

    {% endfor %}
    union all by name

    select * from {{ ref('int_service_people') }}

)

select
    record_id,
    subject,
    subject as source,
    provider_code as sender,
    provider_code,
    borough_code,
    person_reference,
    title,
    first_name,
    middle_name,
    surname,
    name,
    gender,
    birth_date,
    death_date,
    address,
    postcode,
    uprn,
    lsoa_code,
    ward_code,
    nhs_number,
    nino,
    phone,
    email,
    start_date,
    end_date,
    is_live,
    as_of_date,
    extract_id,
    row_number,
    line_number
from together

-- int_borough_subjects.sql
-- One row a borough and subject of which something was sent for it, by itself or by the one body that sends for all.
with

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

),

senders as (

    select * from {{ ref('subject_senders') }}

),

boroughs as (

    select * from {{ ref('providers') }}
    where provider_type = 'london_borough'

),

sent as (

    select
        boroughs.gss_code as borough_code,
        extracts.subject,
        extracts.as_of_date
    from extracts
    inner join boroughs on extracts.provider_code = boroughs.provider_code
    union all
    select
        boroughs.gss_code,
        extracts.subject,
        extracts.as_of_date
    from extracts
    inner join senders on extracts.subject = senders.subject and extracts.provider_code = senders.provider_code
    cross join boroughs

)

select
    borough_code,
    subject,
    max(as_of_date) as known_until_date
from sent
group by borough_code, subject

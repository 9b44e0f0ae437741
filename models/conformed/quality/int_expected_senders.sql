-- int_expected_senders.sql
-- One row a subject and provider that has sent something of it, or should.
with

extracts as (

    select * from {{ ref('extracts') }}

),

providers as (

    select * from {{ ref('providers') }}

),

subjects as (

    select * from {{ ref('subjects') }}

),

senders as (

    select * from {{ ref('subject_senders') }}

),

-- Some subjects one body sends for the whole city; other reference subjects come from whoever has them; of the rest every
-- borough has its own.
expected as (

    select
        subjects.subject,
        providers.provider_code
    from subjects
    cross join providers
    anti join senders on subjects.subject = senders.subject
    where subjects.domain <> 'reference' and providers.provider_type = 'london_borough'
    union
    select
        subject,
        provider_code
    from senders

),

known as (

    select
        *,
        true as is_expected
    from expected
    union all
    select distinct
        extracts.subject,
        extracts.provider_code,
        false as is_expected
    from extracts
    anti join expected on extracts.subject = expected.subject and extracts.provider_code = expected.provider_code

)

select
    known.subject || '/' || known.provider_code as sender_key,
    known.subject,
    known.provider_code,
    known.is_expected,
    -- What nobody in particular should send is whoever's own that sends it.
    known.is_expected or (senders.subject is null and providers.provider_type <> 'sample') as is_authoritative,
    subjects.days_between_deliveries
from known
inner join subjects on known.subject = subjects.subject
inner join providers on known.provider_code = providers.provider_code
left join (select distinct subject from senders) as senders on known.subject = senders.subject

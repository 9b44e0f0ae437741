-- int_payments.sql
-- One row a payment as the newest delivery reports it; what a later delivery repeats or mends counts once.
with

payments as (

    select * from {{ ref('stg_spending') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

superseded as (

    {{ superseded_extracts(ref('stg_spending')) }}

),

first_dates as (

    select
        extract_id,
        min(paid_date) as first_paid_date
    from payments
    group by extract_id

),

-- Seen: deliveries of three months each, a month apart. What was paid before the newer one begins is not in it.
replaced as (

    select distinct
        payments.extract_id,
        payments.row_number
    from payments
    inner join superseded on payments.extract_id = superseded.extract_id
    inner join first_dates on superseded.newer_extract_id = first_dates.extract_id
    where coalesce(payments.paid_date >= first_dates.first_paid_date, true)

),

delivered as (

    select
        payments.*,
        extracts.as_of_date,
        extracts.landed_at,
        extracts.period_from,
        extracts.period_to,
        concat_ws(
            '|',
            payments.provider_code,
            payments.payment_reference,
            payments.line_reference,
            payments.paid_date,
            payments.supplier_name,
            payments.net_amount,
            payments.expense_code,
            payments.expense_type,
            payments.cost_centre_code,
            payments.directorate,
            payments.description
        ) as business_key
    from payments
    inner join extracts on payments.extract_id = extracts.extract_id
    anti join replaced on payments.extract_id = replaced.extract_id and payments.row_number = replaced.row_number

),

-- One document is often paid in several lines that differ in nothing at all, so lines are told apart by count.
numbered as (

    select
        *,
        row_number() over (partition by extract_id, business_key order by row_number) as occurrence
    from delivered

),

-- Seen: a late payment listed in two months' files. A payment without a reference can't be recognised, and stays.
newest as (

    select * from numbered
    qualify
        payment_reference is null
        or row_number() over (
            partition by business_key, occurrence
            order by as_of_date desc, landed_at desc, extract_id desc
        ) = 1

)

select
    * exclude (business_key, occurrence, record_hash, issues),
    md5(concat_ws(
        '|',
        business_key,
        row_number() over (partition by business_key order by as_of_date, landed_at, extract_id, row_number)
    )) as payment_key
from newest

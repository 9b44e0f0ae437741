-- int_payments.sql
-- One row a payment as the newest delivery reports it; deliveries that a later one repeats are left out.
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
            payments.expense_code,
            payments.expense_type,
            payments.cost_centre_code,
            payments.directorate
        ) as business_key
    from payments
    inner join extracts on payments.extract_id = extracts.extract_id
    anti join superseded on payments.extract_id = superseded.extract_id

),

-- One document is often paid in several lines that differ in nothing but the amount, so lines are told apart by count.
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
    * exclude (business_key, occurrence, record_hash),
    md5(concat_ws(
        '|',
        business_key,
        case when payment_reference is null then concat('|', net_amount, '|', coalesce(description, '')) end,
        row_number() over (
            partition by
                business_key,
                case when payment_reference is null then concat('|', net_amount, '|', coalesce(description, '')) end
            order by as_of_date, landed_at, extract_id, row_number
        )
    )) as payment_key
from newest

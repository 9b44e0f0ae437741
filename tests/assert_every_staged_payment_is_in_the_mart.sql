-- A payment that no later delivery of its provider could have replaced is in the fact: one paid before each of them
-- begins, or of the newest. A row here is money lost on the way: look at the deliveries of this provider.
with

staged as (

    select * from {{ ref('stg_spending') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

payments as (

    select * from {{ ref('fct_payments') }}

),

deliveries as (

    select
        extracts.extract_id,
        extracts.provider_code,
        extracts.as_of_date,
        extracts.landed_at,
        min(staged.paid_date) as first_paid_date
    from extracts
    inner join staged on extracts.extract_id = staged.extract_id
    group by extracts.extract_id, extracts.provider_code, extracts.as_of_date, extracts.landed_at

)

select
    staged.provider_code,
    staged.extract_id,
    staged.line_number,
    staged.net_amount
from staged
inner join deliveries on staged.extract_id = deliveries.extract_id
anti join payments on staged.extract_id = payments.extract_id and staged.row_number = payments.row_number
where not exists (
        select 1
        from deliveries as later
        where
            later.provider_code = deliveries.provider_code
            and (later.as_of_date, later.landed_at, later.extract_id)
            > (deliveries.as_of_date, deliveries.landed_at, deliveries.extract_id)
            and coalesce(later.first_paid_date <= staged.paid_date, true)
    )

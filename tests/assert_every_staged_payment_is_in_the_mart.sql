-- A payment of a delivery that no later one repeats is in the fact once, or gave way to a newer line with its reference.
with

staged as (

    select * from {{ ref('stg_spending') }}

),

superseded as (

    {{ superseded_extracts(ref('stg_spending')) }}

),

payments as (

    select * from {{ ref('fct_payments') }}

)

select
    staged.provider_code,
    staged.extract_id,
    staged.line_number,
    staged.net_amount
from staged
anti join superseded on staged.extract_id = superseded.extract_id
anti join payments on staged.extract_id = payments.extract_id and staged.row_number = payments.row_number
where staged.payment_reference is null

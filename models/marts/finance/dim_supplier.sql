-- dim_supplier.sql
-- One row a supplier, under the name it is most often paid by; spellings that differ in form alone are one.
with

payments as (

    select * from {{ ref('int_payments') }}
    where supplier_name is not null

),

named as (

    select
        {{ supplier_key('supplier_name') }} as supplier_form,
        supplier_name,
        provider_code,
        net_amount,
        paid_date
    from payments

)

select
    md5(supplier_form) as supplier_key,
    mode(supplier_name order by supplier_name) as supplier_name,
    supplier_form,
    list(distinct supplier_name order by supplier_name) as spellings,
    count(distinct provider_code) as paid_by_providers,
    count(*) as payments,
    cast(sum(net_amount) as decimal(18, 2)) as net_amount,
    min(paid_date) as first_paid_date,
    max(paid_date) as last_paid_date
from named
where supplier_form is not null
group by supplier_form

-- dim_supplier.sql
-- One row a supplier, under the name it is most often paid by; spellings that differ in form alone are one.
with

-- The form is worked out once a spelling, not once a payment.
forms as (

    select
        supplier_name,
        {{ supplier_key('supplier_name') }} as supplier_form
    from {{ ref('int_payments') }}
    where supplier_name is not null
    group by supplier_name

),

payments as (

    select
        forms.supplier_form,
        payments.supplier_name,
        payments.provider_code,
        payments.net_amount,
        payments.paid_date
    from {{ ref('int_payments') }} as payments
    inner join forms on payments.supplier_name = forms.supplier_name

),

spellings as (

    select
        supplier_form,
        supplier_name,
        count(*) as payments
    from payments
    where supplier_form is not null
    group by supplier_form, supplier_name

),

names as (

    select
        supplier_form,
        max_by(supplier_name, (payments, supplier_name)) as supplier_name,
        list(supplier_name order by supplier_name) as spellings
    from spellings
    group by supplier_form

),

totals as (

    select
        supplier_form,
        count(distinct provider_code) as paid_by_providers,
        count(*) as payments,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount,
        min(paid_date) as first_paid_date,
        max(paid_date) as last_paid_date
    from payments
    where supplier_form is not null
    group by supplier_form

)

select
    md5(names.supplier_form) as supplier_key,
    names.supplier_name,
    names.spellings,
    totals.paid_by_providers,
    totals.payments,
    totals.net_amount,
    totals.first_paid_date,
    totals.last_paid_date
from names
inner join totals on names.supplier_form = totals.supplier_form

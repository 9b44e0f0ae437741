-- fct_payments.sql
-- One row a payment (or, where a provider sends no more, a supplier's total of the period) as last reported.
with

payments as (

    select * from {{ ref('int_payments') }}

),

providers as (

    select * from {{ ref('providers') }}

),

suppliers as (

    select
        supplier_key,
        unnest(spellings) as supplier_name
    from {{ ref('dim_supplier') }}

)

select
    payments.payment_key,
    payments.provider_code,
    case when providers.provider_type = 'london_borough' then providers.gss_code end as borough_code,
    coalesce(payments.organisation_name, providers.provider_name) as organisation_name,
    suppliers.supplier_key,
    payments.supplier_name as supplier_name_as_sent,
    payments.supplier_reference,
    payments.is_supplier_redacted,
    payments.payment_reference,
    payments.line_reference,
    payments.net_amount,
    payments.paid_date,
    payments.period_from,
    payments.period_to,
    payments.directorate,
    payments.service_area,
    payments.expense_code,
    payments.expense_type,
    payments.cost_centre_code,
    payments.cost_centre_name,
    payments.expenditure_kind,
    payments.description,
    payments.merchant_category,
    payments.as_of_date,
    payments.extract_id,
    payments.row_number,
    payments.line_number
from payments
inner join providers on payments.provider_code = providers.provider_code
left join suppliers on payments.supplier_name = suppliers.supplier_name

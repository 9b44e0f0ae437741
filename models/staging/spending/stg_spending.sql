-- stg_spending.sql
-- One row a payment as sent, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_spending') }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- who was paid, by whom
        {{ clean_text('organisation_name') }} as organisation_name,
        {{ clean_text('supplier_reference') }} as supplier_reference,
        case when not {{ is_redacted('supplier_name') }} then {{ clean_text('supplier_name') }} end
            as supplier_name,
        {{ is_redacted('supplier_name') }} as is_supplier_redacted,

        -- what was paid
        {{ clean_text('payment_reference') }} as payment_reference,
        {{ clean_text('line_reference') }} as line_reference,
        {{ parse_money('net_amount') }} as net_amount,
        {{ parse_date('paid_date', format='paid_date_format') }} as paid_date,

        -- what for
        {{ clean_text('directorate') }} as directorate,
        {{ clean_text('service_area') }} as service_area,
        {{ clean_text('expense_code') }} as expense_code,
        {{ clean_text('expense_type') }} as expense_type,
        {{ clean_text('cost_centre_code') }} as cost_centre_code,
        {{ clean_text('cost_centre_name') }} as cost_centre_name,
        {{ clean_text('expenditure_kind') }} as expenditure_kind,
        {{ clean_text('description') }} as description,
        {{ clean_text('merchant_category') }} as merchant_category,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent),
    {{ issues([
        ['net_amount', amount_issue('as_sent.net_amount', 'net_amount')],
        ['net_amount', blank('as_sent.net_amount')],
        ['supplier_name', blank('as_sent.supplier_name')],
        ['paid_date', date_issue('as_sent.paid_date', 'paid_date', format='as_sent.paid_date_format')],
        ['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from parsed

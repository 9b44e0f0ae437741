-- Who asks: a borough's procurement officer, before a negotiation.
-- Not to be used for: comparing prices. The lines are payments, not goods; some bodies publish from 250 pounds, some from 500.
select
    dim_supplier.supplier_name,
    fct_payments.provider_code,
    count(*) as payments,
    sum(fct_payments.net_amount) as net_amount,
    min(fct_payments.as_of_date) as from_delivery,
    max(fct_payments.as_of_date) as to_delivery
from marts.fct_payments
inner join marts.dim_supplier on fct_payments.supplier_key = dim_supplier.supplier_key
where dim_supplier.paid_by_providers > 1
group by dim_supplier.supplier_name, fct_payments.provider_code
order by sum(sum(fct_payments.net_amount)) over (partition by dim_supplier.supplier_name) desc, net_amount desc

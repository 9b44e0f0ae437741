-- Who asks: anyone who doubts a number: the file and the line of the hundred largest payments, and what was done to them.
-- Not to be used for: publishing; a line may name a person where the payer forgot to withhold the name.
select
    fct_payments.payment_key,
    fct_payments.supplier_name_as_sent,
    fct_payments.net_amount,
    extracts.provider_name,
    extracts.source_file,
    fct_payments.line_number,
    data_issues.issue_type,
    data_issues.value_as_sent
from marts.fct_payments
inner join market.extracts on fct_payments.extract_id = extracts.extract_id
left join market.data_issues
    on
        fct_payments.extract_id = data_issues.extract_id
        and fct_payments.row_number = data_issues.row_number
order by abs(fct_payments.net_amount) desc
limit 100

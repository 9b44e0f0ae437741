-- Who asks: anyone who doubts a number: the file and the line of the hundred largest payments, and what was done to them.
-- Not to be used for: publishing; a line may name a person where the payer forgot to withhold the name.
with

largest as (

    select * from marts.fct_payments
    order by abs(net_amount) desc
    limit 100

)

select
    largest.payment_key,
    largest.supplier_name_as_sent,
    largest.net_amount,
    extracts.provider_name,
    extracts.source_file,
    largest.line_number,
    data_issues.issue_type,
    data_issues.value_as_sent
from largest
inner join market.extracts on largest.extract_id = extracts.extract_id
left join market.data_issues
    on
        largest.extract_id = data_issues.extract_id
        and largest.row_number = data_issues.row_number
order by abs(largest.net_amount) desc

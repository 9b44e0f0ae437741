-- int_property_taxation.sql
-- One row a UPRN that a council tax or business rates account is of: what the accounts of the newest deliveries say.
with

council_tax as (

    select
        uprn,
        count(*) filter (where is_live) as live_council_tax_accounts,
        max_by(council_tax_band, (is_live, coalesce(occupied_from_date, date '0001-01-01'), account_key))
            as council_tax_band,
        max_by(discount, (occupied_from_date, account_key)) filter (where is_live and discount is not null)
            as council_tax_discount,
        max_by(exemption, (occupied_from_date, account_key)) filter (where is_live and exemption is not null)
            as council_tax_exemption,
        sum(liable_persons) filter (where is_live) as council_tax_liable_persons,
        bool_or(is_empty) filter (where is_live) as is_empty_for_council_tax,
        max(occupied_from_date) filter (where is_live) as council_tax_occupied_from_date,
    {% for years in [1, 3, 5] %}
    count(*) filter (
        where occupied_from_date > as_of_date - interval {{ years }} year and occupied_from_date <= as_of_date
    ) as council_tax_moves_in_{{ years }}_year{{ 's' if years > 1 }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_council_tax_accounts') }}
    where uprn is not null
    group by uprn

),

business_rates as (

    select
        uprn,
        count(*) filter (where is_live) as live_business_rates_accounts,
        cast(sum(rateable_value_amount) filter (where is_live) as decimal(18, 2)) as rateable_value_amount
    from {{ ref('int_business_rates_accounts') }}
    where uprn is not null
    group by uprn

)

select
    coalesce(council_tax.uprn, business_rates.uprn) as uprn,
    council_tax.* exclude (uprn),
    business_rates.* exclude (uprn)
from council_tax
full join business_rates on council_tax.uprn = business_rates.uprn

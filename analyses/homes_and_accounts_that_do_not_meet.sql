-- Who asks: a revenues team, and a gazetteer custodian: which homes pay no council tax, and which accounts have no home?
-- Not to be used for: a count of evasion. An account may lie under the building, and its address may not have been found.
with

homes as (

    select
        homes.borough_code,
        count(*) as homes,
        count(*) filter (homes.live_council_tax_accounts = 0 and coalesce(whole.live_council_tax_accounts, 0) = 0)
            as homes_without_account,
        max(homes.council_tax_as_of_date) as council_tax_as_of_date
    from marts.property_profile as homes
    left join marts.property_profile as whole on homes.parent_uprn = whole.uprn
    where homes.is_residential and not homes.is_shell and homes.status = 'live'
    group by homes.borough_code

),

accounts as (

    select
        borough_code,
        count(*) as accounts,
        count(*) filter (uprn is null) as accounts_without_property,
        count(*) filter (uprn is not null and uprn_method not in ('given', 'decided')) as accounts_matched_by_address
    from marts.fct_council_tax_accounts
    where is_live
    group by borough_code

)

select
    dim_borough.borough_name,
    homes.* exclude (borough_code),
    accounts.* exclude (borough_code)
from homes
inner join marts.dim_borough on homes.borough_code = dim_borough.borough_code
left join accounts on homes.borough_code = accounts.borough_code
where accounts.accounts is not null
order by homes.homes_without_account desc

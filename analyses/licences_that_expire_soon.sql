-- Who asks: a licensing team that writes to landlords before their licence runs out and nobody has asked for the next.
-- Not to be used for: enforcement. A borough that delivers late may have had the application since its as_of_date.
with

licences as (

    select
        *,
        coalesce(uprn::varchar, provider_code || '|' || lower(regexp_replace(address, '[^A-Za-z0-9]+', ' ', 'g'))) as house,
        -- the day that the borough's newest register shows
        max(as_of_date) over (partition by provider_code) as today
    from marts.fct_hmo_licences

),

-- What comes after a licence: an application that is open, a licence that begins later, or an exemption.
successors as (

    select *
    from licences
    where licence_status in ('pending', 'granted', 'exempt')

)

select
    dim_borough.borough_name,
    licences.licence_reference,
    licences.licence_type,
    licences.address,
    licences.uprn,
    licences.maximum_persons,
    licences.licence_expiry_date,
    date_diff('day', licences.today, licences.licence_expiry_date) as days_left,
    licences.as_of_date
from licences
left join marts.dim_borough on licences.borough_code = dim_borough.borough_code
anti join successors
    on
        licences.house = successors.house
        and licences.licence_key <> successors.licence_key
        and (
            successors.licence_status = 'pending'
            or licences.licence_expiry_date < successors.licence_expiry_date
        )
where
    licences.licence_status = 'granted'
    and licences.licence_expiry_date between licences.today and licences.today + 90
order by licences.licence_expiry_date, dim_borough.borough_name, licences.licence_reference

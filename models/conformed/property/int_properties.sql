-- int_properties.sql
-- One row a UPRN.
select
    cast(null as bigint) as uprn,
    cast(null as varchar) as borough_code,
    cast(null as varchar) as lsoa_code,
    cast(null as varchar) as msoa_code,
    cast(null as varchar) as ward_code,
    cast(null as varchar) as postcode
where false

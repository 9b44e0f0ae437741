-- int_postcodes.sql
-- One row a postcode.
select
    cast(null as varchar) as postcode,
    cast(null as varchar) as borough_code,
    cast(null as varchar) as lsoa_code,
    cast(null as varchar) as msoa_code,
    cast(null as varchar) as ward_code
where false

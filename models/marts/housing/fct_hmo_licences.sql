-- fct_hmo_licences.sql
-- One row a licence, an application that has come to none yet, or an exemption of a house.
select * from {{ ref('int_hmo_licences') }}

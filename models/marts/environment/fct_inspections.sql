-- fct_inspections.sql
-- One row an inspection as last delivered.
select * from {{ ref('int_inspections') }}

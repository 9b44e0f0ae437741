-- fct_electors.sql
-- One row an entry of a borough's newest register of electors.
select * from {{ ref('int_electors') }}

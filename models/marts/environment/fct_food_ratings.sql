-- fct_food_ratings.sql
-- One row an establishment in the newest list of the authority that rated it.
select * from {{ ref('int_food_ratings') }}

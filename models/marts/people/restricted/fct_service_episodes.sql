-- fct_service_episodes.sql
-- One row an episode of a person with a service, of the newest delivery of each provider.
select * from {{ ref('int_service_episodes') }}

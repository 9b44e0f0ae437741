-- market_data_requests.sql
-- One row a request of one authority for data of another: what for, on which basis, and what became of it.
{{ config(alias='data_requests') }}

with

requests as (

    select * from {{ ref('data_requests') }}

)

select
    request,
    requester_code,
    -- Not `provider_code`, as in `agreements`: nobody's data stands here.
    provider_code as asked_of,
    subject,
    product,
    purpose,
    lawful_basis,
    state,
    requested_date,
    decided_date,
    case when decided_date is not null then decided_date - requested_date end as days_to_decision,
    needed_from,
    needed_to,
    note
from requests

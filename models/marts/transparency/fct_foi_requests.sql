-- fct_foi_requests.sql
-- One row a request for information as last delivered.
with

requests as (

    select * from {{ ref('int_foi_requests') }}

),

providers as (

    select * from {{ ref('providers') }}

)

select
    requests.request_key,
    requests.provider_code,
    case when providers.provider_type = 'london_borough' then providers.gss_code end as borough_code,
    requests.request_reference,
    requests.occurrence as reference_occurrence,
    requests.summary,
    requests.department,
    requests.outcome,
    requests.received_date,
    requests.closed_date,
    date_diff('day', requests.received_date, requests.closed_date) as days_to_close,
    requests.as_of_date,
    requests.extract_id,
    requests.row_number,
    requests.line_number
from requests
inner join providers on requests.provider_code = providers.provider_code

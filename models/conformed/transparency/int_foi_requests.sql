-- int_foi_requests.sql
-- One row a request for information as last delivered.
with

newest as (

    {{ newest_by_key(ref('stg_foi_requests'), 'request_reference') }}

)

select
    md5(concat_ws(
        '|',
        provider_code,
        coalesce(request_reference, concat(extract_id, '|', row_number)),
        occurrence
    )) as request_key,
    * exclude (record_hash, issues)
from newest

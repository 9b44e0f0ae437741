-- int_current_extracts.sql
-- One row a delivery of which at least one record counts in the mart, or a held or refused one that no later delivery made good.
with

extracts as (

    select * from {{ ref('extracts') }}

),

counted as (

    {% for model in counted_records() %}
    select extract_id from {{ ref(model) }}
    {% if not loop.last %}union{% endif %}
    {% endfor %}

),

newest_landed as (

    select
        subject,
        provider_code,
        max(as_of_date) as as_of_date
    from extracts
    where is_landed
    group by subject, provider_code

),

still_awaited as (

    select extracts.extract_id
    from extracts
    left join newest_landed
        on extracts.subject = newest_landed.subject and extracts.provider_code = newest_landed.provider_code
    where
        extracts.outcome in ('refused', 'held')
        and coalesce(extracts.as_of_date > newest_landed.as_of_date, true)

)

select extract_id from counted
union
select extract_id from still_awaited

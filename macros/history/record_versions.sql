{# The records of a register over time, one row a key and period in which the deliveries gave it alike, as
   (provider_code, key, valid_from_date, valid_until_date, extract_id, row_number): the record is the last that was
   delivered of the period. A period begins with the as-of date of a delivery and ends, exclusively, with that of the delivery
   that says otherwise; null while none does.

   A full supply holds everything: what it lacks has gone. A change-only delivery inserts, updates and deletes (I, U, D), and
   applies to what went before it. Of several words about a key on one day the last counts.
   `records` has provider_code, extract_id, row_number, key, change_type, processing_order and content_hash;
   `deliveries` has provider_code, extract_id, as_of_date, landed_at, is_full for the extracts that count. #}
{% macro record_versions(records, deliveries) -%}
with

last_words as (

    select
        records.provider_code,
        records.key,
        records.extract_id,
        records.row_number,
        records.change_type,
        records.content_hash,
        deliveries.as_of_date
    from {{ records }} as records
    inner join {{ deliveries }} as deliveries on records.extract_id = deliveries.extract_id
    where records.key is not null
    qualify
        row_number() over (
            partition by records.provider_code, records.key, deliveries.as_of_date
            order by
                deliveries.landed_at desc,
                records.extract_id desc,
                records.processing_order desc nulls last,
                records.row_number desc
        ) = 1

),

full_supplies as (

    select distinct
        provider_code,
        as_of_date
    from {{ deliveries }}
    where is_full

),

followed as (

    select
        last_words.*,
        full_supplies.as_of_date as next_full_date,
        lead(last_words.as_of_date) over (
            partition by last_words.provider_code, last_words.key
            order by last_words.as_of_date
        ) as next_word_date
    from last_words
    asof left join full_supplies
        on
            last_words.provider_code = full_supplies.provider_code
            and last_words.as_of_date < full_supplies.as_of_date

),

said as (

    select
        *,
        least(next_word_date, next_full_date) as until_date
    from followed
    where change_type <> 'D'

),

-- The same said again of the next period goes on.
begun as (

    select
        *,
        coalesce(
            lag(until_date) over by_key <> as_of_date
            or lag(content_hash) over by_key <> content_hash,
            true
        ) as is_new
    from said
    window by_key as (partition by provider_code, key order by as_of_date)

),

numbered as (

    select
        *,
        count(*) filter (where is_new) over (
            partition by provider_code, key
            order by as_of_date
            rows between unbounded preceding and current row
        ) as version
    from begun

)

select
    provider_code,
    key,
    min(as_of_date) as valid_from_date,
    nullif(max(coalesce(until_date, date '9999-12-31')), date '9999-12-31') as valid_until_date,
    max_by(extract_id, as_of_date) as extract_id,
    max_by(row_number, as_of_date) as row_number
from numbered
group by provider_code, key, version
{%- endmacro %}

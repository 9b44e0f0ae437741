-- stg_area_indicators.sql
-- One row a record as sent and measure that it holds, typed. Nothing is filtered out here.
with

base as (

    select * from {{ ref('base_area_indicators') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

columns as (

    select * from {{ ref('extract_columns') }}
    where subject = 'area_indicators' and status = 'mapped'

),

-- A wide file has a column a measure, a long one has its measures in a column; some have neither, and stay visible.
measures as (

    select
        extract_id,
        position,
        indicator_code,
        indicator_period
    from columns
    where field in ('measure', 'value')

),

unpivoted as (

    select
        base.* exclude (cells, value),
        extracts.as_of_date,
        measures.position,
        coalesce(measures.indicator_code, base.indicator) as indicator_as_sent,
        coalesce(measures.indicator_period, base.period) as period_as_sent,
        base.cells[measures.position] as value
    from base
    inner join extracts on base.extract_id = extracts.extract_id
    left join measures on base.extract_id = measures.extract_id

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,
        coalesce(position, 0) as position,

        -- where, what, when
        {{ clean_text('area_code') }} as area_code,
        lower({{ clean_text('indicator_as_sent') }}) as indicator_code,
        coalesce(
            regexp_replace({{ clean_text('period_as_sent') }}, '\.0+$', ''), year(as_of_date)::varchar
        ) as period,

        -- how much
        {{ parse_decimal('value') }} as value,

        -- as sent, for the issues
        unpivoted as as_sent
    from unpivoted

),

-- A fault of the record is told once, beside its first measure.
numbered as (

    select
        *,
        position = min(position) over (partition by extract_id, row_number) as is_first
    from parsed

)

select
    * exclude (as_sent, is_first),
    {{ issues([
        ['area_code', "case when is_first then " ~ blank('as_sent.area_code') ~ " end"],
        ['indicator', blank('as_sent.indicator_as_sent'), 'as_sent.indicator_as_sent'],
        ['value', unreadable('as_sent.value', 'value', 'number_unreadable')],
        ['record', "case when is_first and as_sent.repair is not null then 'record_mended' end", 'as_sent.repair'],
    ], from='as_sent') }} as issues
from numbered

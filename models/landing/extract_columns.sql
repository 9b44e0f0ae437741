-- extract_columns.sql
-- One row a column of a landed extract, or a required field that none of its columns feeds.
with

extracts as (

    select * from {{ ref('extracts') }}
    where is_landed

),

layout_rows as (

    select * from {{ ref('layout_rows') }}

),

indicator_columns as (

    select * from {{ ref('indicator_columns') }}

),

table_fields as (

    select * from {{ ref('table_fields') }}

),

headers as (

    select
        extracts.* exclude (header),
        unnest(extracts.header).position as position,
        unnest(extracts.header).name as source_column
    from extracts

),

sent_columns as (

    select
        *,
        {{ column_key('source_column') }} as column_key
    from headers

),

-- A provider's own layout row is worth more than a shared one, a position more than a name. A shared position is for files
-- without a header: where the columns have names they may stand in another order.
matched as (

    select
        sent_columns.*,
        layout_rows.field as layout_field,
        layout_rows.format,
        layout_rows.provider_code = '*' as is_shared_layout
    from sent_columns
    left join layout_rows
        on
            sent_columns.subject = layout_rows.subject
            and layout_rows.provider_code in (sent_columns.provider_code, '*')
            and (
                sent_columns.column_key = layout_rows.column_key
                or sent_columns.position = layout_rows.position
            )
            and (sent_columns.column_key <> '' or layout_rows.position is not null)
            and (layout_rows.position is null or layout_rows.provider_code <> '*' or sent_columns.column_key = '')
    qualify
        row_number() over (
            partition by sent_columns.extract_id, sent_columns.position
            order by layout_rows.provider_code = '*', layout_rows.position is null
        ) = 1

),

-- A column a measure: the seed says which measure, and the year stands in the column's name.
measured as (

    select
        matched.*,
        indicator_columns.indicator_code,
        nullif(regexp_extract(matched.source_column, indicator_columns.column_pattern, 1), '') as indicator_period
    from matched
    left join indicator_columns
        on
            matched.subject = 'area_indicators'
            and matched.layout_field is null
            and matched.provider_code = indicator_columns.provider_code
            and lower(coalesce(matched.source_member, matched.source_file)) glob lower(indicator_columns.file_pattern)
            and regexp_matches(matched.source_column, indicator_columns.column_pattern)
    qualify
        row_number() over (
            partition by matched.extract_id, matched.position
            order by indicator_columns.indicator_code
        ) = 1

),

ranked as (

    select
        *,
        case when indicator_code is not null then 'measure' else layout_field end as field,
        row_number() over (
            partition by extract_id, layout_field, indicator_code, indicator_period
            order by is_shared_layout, position
        ) as field_rank
    from measured

),

sent as (

    select
        subject,
        provider_code,
        extract_id,
        as_of_date,
        position,
        source_column,
        nullif(field, '-') as field,
        format,
        indicator_code,
        indicator_period,
        case
            when field = '-' or (field is null and column_key = '') then 'ignored'
            when field is null then 'unknown'
            when field_rank > 1 then 'ambiguous'
            else 'mapped'
        end as status
    from ranked

),

fed as (

    select * from sent
    where status = 'mapped'

),

-- An extract is the table of which it lacks the fewest required fields; of several that it has whole, the fullest;
-- none that never has one of its fields.
tables as (

    select
        extracts.extract_id,
        table_fields.table_name
    from extracts
    inner join table_fields on extracts.subject = table_fields.subject
    left join fed on extracts.extract_id = fed.extract_id and table_fields.field = fed.field
    group by extracts.extract_id, table_fields.table_name
    qualify
        row_number() over (
            partition by extracts.extract_id
            order by
                count(fed.field) filter (table_fields.presence = 'never') = 0 desc,
                count(*) filter (table_fields.presence = 'always' and fed.field is null) asc,
                count(fed.field) filter (table_fields.presence = 'always') desc,
                table_fields.table_name asc
        ) = 1

),

missing as (

    select
        extracts.subject,
        extracts.provider_code,
        extracts.extract_id,
        extracts.as_of_date,
        table_fields.field,
        'missing' as status
    from extracts
    inner join tables on extracts.extract_id = tables.extract_id
    inner join table_fields
        on extracts.subject = table_fields.subject and tables.table_name = table_fields.table_name
    left join fed on extracts.extract_id = fed.extract_id and table_fields.field = fed.field
    where table_fields.presence = 'always' and fed.extract_id is null

),

extract_columns as (

    select * from sent
    union all by name
    select * from missing

)

select
    md5(concat_ws('|', extract_columns.extract_id, coalesce(extract_columns.position::varchar, extract_columns.field)))
        as extract_column_key,
    extract_columns.*,
    coalesce(tables.table_name, 'record') as table_name
from extract_columns
left join tables on extract_columns.extract_id = tables.extract_id

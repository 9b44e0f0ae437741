-- schema_drift.sql
-- One row a column that came, went or was renamed from one delivery of a provider, subject and table to the next.
with

deliveries as (

    select * from {{ ref('int_delivery_tables') }}
    where is_newest_of_day

),

extract_columns as (

    select * from {{ ref('extract_columns') }}
    where status <> 'missing'

),

column_statistics as (

    select * from {{ ref('column_statistics') }}

),

steps as (

    select
        newer.*,
        older.extract_id as extract_id_before,
        older.as_of_date as as_of_date_before
    from deliveries as newer
    inner join deliveries as older
        on
            newer.subject = older.subject
            and newer.provider_code = older.provider_code
            and newer.table_name = older.table_name
            and newer.delivery_number = older.delivery_number + 1

),

columns as (

    select
        extract_columns.extract_id,
        extract_columns.position,
        extract_columns.source_column,
        {{ column_key('extract_columns.source_column') }} as column_key,
        extract_columns.field,
        extract_columns.status,
        column_statistics.blank_cells / nullif(column_statistics.records, 0) as blank_share,
        column_statistics.distinct_values / nullif(column_statistics.records, 0) as distinct_share,
        -- A name may be there twice.
        row_number() over (
            partition by extract_columns.extract_id, column_key
            order by extract_columns.position
        ) as occurrence
    from extract_columns
    left join column_statistics
        on
            extract_columns.extract_id = column_statistics.extract_id
            and extract_columns.position = column_statistics.position

),

came as (

    select
        steps.extract_id as of_extract_id,
        columns.*
    from steps
    inner join columns on steps.extract_id = columns.extract_id
    anti join columns as before
        on
            steps.extract_id_before = before.extract_id
            and columns.column_key = before.column_key
            and columns.occurrence = before.occurrence

),

went as (

    select
        steps.extract_id as of_extract_id,
        columns.*
    from steps
    inner join columns on steps.extract_id_before = columns.extract_id
    anti join columns as after
        on
            steps.extract_id = after.extract_id
            and columns.column_key = after.column_key
            and columns.occurrence = after.occurrence

),

-- One that went and one that came may be one and the same: they feed one field, or stand in one place and are alike in name or
-- content, or have nearly one name.
pairs as (

    select
        went.of_extract_id,
        went.position as position_before,
        came.position,
        coalesce(went.field = came.field, false) as is_same_field,
        jaro_winkler_similarity(went.column_key, came.column_key) as name_likeness,
        went.position = came.position as is_same_position,
        coalesce(
            abs(went.blank_share - came.blank_share) < 0.1
            and abs(went.distinct_share - came.distinct_share) < 0.2
            and went.distinct_share > 0,
            false
        ) as is_alike,
        case
            when is_same_field then 'Both feed ' || came.field
            when is_same_position and name_likeness >= 0.7 then 'In the same place, with a like name'
            when is_same_position and is_alike then 'In the same place, with like content'
            when name_likeness >= 0.9 then 'With nearly the same name'
        end as evidence
    from went
    inner join came on went.of_extract_id = came.of_extract_id
    where coalesce(went.field, came.field, '') = coalesce(came.field, went.field, '')

),

renamed as (

    select * from pairs
    where evidence is not null
    qualify
        row_number() over (
            partition by of_extract_id, position_before
            order by is_same_field desc, is_same_position desc, name_likeness desc, position asc
        ) = 1
        and row_number() over (
            partition by of_extract_id, position
            order by is_same_field desc, is_same_position desc, name_likeness desc, position_before asc
        ) = 1

),

changes as (

    select
        coalesce(came.of_extract_id, went.of_extract_id) as extract_id,
        case
            when renamed.evidence is not null then 'renamed'
            when went.position is null then 'came'
            else 'went'
        end as change,
        went.source_column as column_before,
        came.source_column,
        went.position as position_before,
        came.position,
        went.field as field_before,
        came.field,
        came.status,
        renamed.evidence
    from went
    left join renamed on went.of_extract_id = renamed.of_extract_id and went.position = renamed.position_before
    full join came on renamed.of_extract_id = came.of_extract_id and renamed.position = came.position

)

select
    concat_ws('|', changes.extract_id, changes.change, coalesce(changes.position_before, 0), coalesce(changes.position, 0))
        as drift_key,
    steps.subject,
    steps.provider_code,
    steps.table_name,
    changes.extract_id,
    steps.as_of_date,
    steps.as_of_date_before,
    changes.change,
    changes.column_before,
    changes.source_column,
    changes.position_before,
    changes.position,
    changes.field_before,
    changes.field,
    changes.field_before is not null and not exists (
        select 1 from extract_columns as fed
        where
            fed.extract_id = changes.extract_id
            and fed.field = changes.field_before
            and fed.status = 'mapped'
    ) as is_field_lost,
    changes.evidence
from changes
inner join steps on changes.extract_id = steps.extract_id

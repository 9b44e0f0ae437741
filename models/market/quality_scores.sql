-- quality_scores.sql
-- One row a provider, subject and dimension of data quality: what was counted, by which rule, and the score.
with

senders as (

    select * from {{ ref('int_expected_senders') }}

),

dimensions as (

    select * from {{ ref('quality_dimensions') }}

),

extracts as (

    select * from {{ ref('market_extracts') }}
    where is_current and outcome = 'landed'

),

extract_columns as (

    select * from {{ ref('extract_columns') }}

),

column_statistics as (

    select * from {{ ref('column_statistics') }}

),

table_fields as (

    select * from {{ ref('table_fields') }}
    where presence = 'always'

),

issues as (

    select
        *,
        concat_ws('|', line_number, row_number) as record
    from {{ ref('data_issues') }}
    where is_current and who_can_mend = 'provider' and (row_number is not null or line_number is not null)

),

periods as (

    select * from {{ ref('coverage_periods') }}

),

compared as (

    select * from {{ ref('int_compared_subjects') }}

),

received as (

    select
        subject,
        provider_code,
        sum(source_records) as records
    from extracts
    group by subject, provider_code

),

tables as (

    select distinct
        extract_id,
        table_name
    from extract_columns

),

required as (

    select
        extracts.subject,
        extracts.provider_code,
        extracts.extract_id,
        table_fields.field,
        any_value(extracts.landed_rows) as records
    from extracts
    inner join tables on extracts.extract_id = tables.extract_id
    inner join table_fields
        on extracts.subject = table_fields.subject and tables.table_name = table_fields.table_name
    group by extracts.subject, extracts.provider_code, extracts.extract_id, table_fields.field

),

filled as (

    select
        extract_columns.extract_id,
        extract_columns.field,
        max(column_statistics.records - column_statistics.blank_cells) as records
    from extract_columns
    inner join column_statistics
        on
            extract_columns.extract_id = column_statistics.extract_id
            and extract_columns.position = column_statistics.position
    where extract_columns.status = 'mapped'
    group by extract_columns.extract_id, extract_columns.field

),

measured as (

    select
        required.subject,
        required.provider_code,
        'required_values' as counts,
        null as dimension,
        sum(coalesce(filled.records, 0)) as numerator,
        sum(required.records) as denominator
    from required
    left join filled on required.extract_id = filled.extract_id and required.field = filled.field
    group by required.subject, required.provider_code

    union all by name

    select
        subject,
        provider_code,
        'periods' as counts,
        count(*) filter (where state = 'received') as numerator,
        count(*) filter (where state <> 'due') as denominator
    from periods
    group by subject, provider_code

    union all by name

    select
        received.subject,
        received.provider_code,
        dimensions.counts,
        dimensions.dimension,
        any_value(received.records) - count(distinct issues.extract_id || '|' || issues.record) as numerator,
        any_value(received.records) as denominator
    from received
    inner join dimensions on dimensions.counts in ('records', 'compared_records')
    left join compared on received.subject = compared.subject and received.provider_code = compared.provider_code
    left join issues
        on
            received.subject = issues.subject
            and received.provider_code = issues.provider_code
            and dimensions.dimension = issues.quality_dimension
    where dimensions.counts = 'records' or compared.subject is not null
    group by received.subject, received.provider_code, dimensions.counts, dimensions.dimension

),

scored as (

    select
        senders.subject,
        senders.provider_code,
        dimensions.dimension,
        dimensions.rule,
        dimensions.not_measurable,
        cast(greatest(measured.numerator, 0) as bigint) as numerator,
        cast(measured.denominator as bigint) as denominator,
        case
            when measured.denominator > 0 then 'measured'
            when received.subject is null then 'nothing_received'
            else 'not_measurable'
        end as status
    from senders
    cross join dimensions
    left join measured
        on
            senders.subject = measured.subject
            and senders.provider_code = measured.provider_code
            and dimensions.counts = measured.counts
            and dimensions.dimension = coalesce(measured.dimension, dimensions.dimension)
    left join received on senders.subject = received.subject and senders.provider_code = received.provider_code

)

select
    concat_ws('/', provider_code, subject, dimension) as score_key,
    provider_code,
    subject,
    dimension,
    -- Rounded down: 100 says that nothing was wrong.
    case when status = 'measured' then cast(1000 * numerator // denominator / 10.0 as decimal(4, 1)) end as score,
    case when status = 'measured' then numerator end as numerator,
    case when status = 'measured' then denominator end as denominator,
    status,
    rule,
    case status
        when 'not_measurable' then not_measurable
        when 'nothing_received' then 'No delivery counts'
    end as why_not
from scored

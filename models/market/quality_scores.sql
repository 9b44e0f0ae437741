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

required_values as (

    select * from {{ ref('int_required_values') }}

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

measured as (

    select
        required_values.subject,
        required_values.provider_code,
        dimensions.dimension,
        sum(required_values.filled_values) as numerator,
        sum(required_values.wanted_values) as denominator
    from required_values
    semi join extracts on required_values.extract_id = extracts.extract_id
    inner join dimensions on dimensions.counts = 'required_values'
    group by required_values.subject, required_values.provider_code, dimensions.dimension

    union all by name

    select
        periods.subject,
        periods.provider_code,
        dimensions.dimension,
        count(*) filter (where periods.state = 'received') as numerator,
        count(*) filter (where periods.state <> 'due') as denominator
    from periods
    inner join dimensions on dimensions.counts = 'periods'
    group by periods.subject, periods.provider_code, dimensions.dimension

    union all by name

    select
        received.subject,
        received.provider_code,
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
    group by received.subject, received.provider_code, dimensions.dimension

),

-- What takes from a score: fields without values, types of issue and their fields.
lacking as (

    select
        required_values.subject,
        required_values.provider_code,
        dimensions.dimension,
        required_values.field as what,
        sum(required_values.wanted_values - required_values.filled_values) as times
    from required_values
    semi join extracts on required_values.extract_id = extracts.extract_id
    inner join dimensions on dimensions.counts = 'required_values'
    group by required_values.subject, required_values.provider_code, dimensions.dimension, required_values.field
    having times > 0

    union all by name

    select
        issues.subject,
        issues.provider_code,
        dimensions.dimension,
        concat_ws(' of ', issues.issue_type, issues.field) as what,
        count(*) as times
    from issues
    inner join dimensions on issues.quality_dimension = dimensions.dimension
    where dimensions.counts in ('records', 'compared_records')
    group by issues.subject, issues.provider_code, dimensions.dimension, issues.issue_type, issues.field

),

most_lacking as (

    select
        subject,
        provider_code,
        dimension,
        array_to_string(list(what order by times desc, what asc)[:3], ', ') as most_lacking
    from lacking
    group by subject, provider_code, dimension

),

scored as (

    select
        senders.subject,
        senders.provider_code,
        dimensions.dimension,
        dimensions.rule,
        dimensions.not_measurable,
        most_lacking.most_lacking,
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
            and dimensions.dimension = measured.dimension
    left join received on senders.subject = received.subject and senders.provider_code = received.provider_code
    left join most_lacking
        on
            senders.subject = most_lacking.subject
            and senders.provider_code = most_lacking.provider_code
            and dimensions.dimension = most_lacking.dimension

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
    case when status = 'measured' then most_lacking end as most_lacking,
    status,
    rule,
    case status
        when 'not_measurable' then not_measurable
        when 'nothing_received' then 'No delivery counts'
    end as why_not
from scored

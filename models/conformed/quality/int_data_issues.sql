-- int_data_issues.sql
-- One row an issue found on the way of a value, a record, a column or a file into the mart.
with

reporters as (

    select * from {{ ref('int_brownfield_reporters') }}

),

locations as (

    select * from {{ ref('int_record_locations') }}

),

record_properties as (

    select * from {{ ref('int_record_properties') }}

),

control_totals as (

    select * from {{ ref('int_control_totals') }}

),

extracts as (

    select * from {{ ref('extracts') }}

),

issue_types as (

    select * from {{ ref('issue_types') }}

),

current_extracts as (

    select * from {{ ref('int_current_extracts') }}

),

found as (

    {% for model in issue_models() %}
    select * from {{ ref(model) }}
    union all by name
    {% endfor %}
    select
        'brownfield_land' as subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'organisation_name' as field,
        issue_type,
        organisation_as_sent as value_as_sent
    from reporters
    where issue_type is not null
    union all by name
    select
        subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'coordinate' as field,
        unnest(list_distinct([repair_type, issue_type])) as issue_type,
        concat_ws(', ', x_as_sent, y_as_sent) as value_as_sent
    from locations
    union all by name
    select
        subject,
        provider_code,
        extract_id,
        row_number,
        line_number,
        'uprn' as field,
        issue_type,
        given_uprn::varchar as value_as_sent
    from record_properties
    where issue_type is not null
    union all by name
    select
        subject,
        provider_code,
        extract_id,
        null::bigint as row_number,
        line_number,
        field,
        'control_total_differs' as issue_type,
        value_as_sent
    from control_totals
    where not agrees

)

select
    md5(concat_ws(
        '|',
        found.extract_id,
        coalesce(found.row_number, -1),
        coalesce(found.line_number, -1),
        found.field,
        found.issue_type,
        -- Which of several, not which value: a key that is made of a value tells it to whoever tries all there are.
        row_number() over (
            partition by
                found.extract_id,
                found.row_number,
                found.line_number,
                found.field,
                found.issue_type
            order by found.value_as_sent
        )
    )) as issue_key,
    found.subject,
    found.provider_code,
    found.extract_id,
    extracts.as_of_date,
    extracts.source_file,
    current_extracts.extract_id is not null as is_current,
    found.row_number,
    found.line_number,
    found.field,
    found.issue_type,
    issue_types.severity,
    issue_types.who_can_mend,
    issue_types.quality_dimension,
    replace(issue_types.message, '<list>', coalesce(found.code_list, found.field)) as message,
    found.value_as_sent
from found
inner join extracts on found.extract_id = extracts.extract_id
left join current_extracts on found.extract_id = current_extracts.extract_id
left join issue_types on found.issue_type = issue_types.issue_type

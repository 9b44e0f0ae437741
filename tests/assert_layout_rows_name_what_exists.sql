-- A layout row names a field that its subject has not, a format that is none, or a provider that nobody knows: its column feeds
-- nothing. Mend: correct the row in seeds/layouts/layout_<subject>.csv.
with

layout_rows as (

    select * from {{ ref('layout_rows') }}

),

fields as (

    select * from {{ ref('subject_fields') }}

),

providers as (

    select provider_code from {{ ref('providers') }}

)

select
    layout_rows.subject,
    layout_rows.provider_code,
    layout_rows.source_column,
    layout_rows.field,
    layout_rows.format,
    case
        when layout_rows.field <> '-' and fields.field is null then 'unknown field'
        when layout_rows.format not in ('dmy', 'mdy', 'ymd', 'excel_serial', 'epoch_ms') then 'unknown format'
        else 'unknown provider'
    end as problem
from layout_rows
left join fields on layout_rows.subject = fields.subject and layout_rows.field = fields.field
left join providers on layout_rows.provider_code = providers.provider_code
where (layout_rows.field <> '-' and fields.field is null)
    or layout_rows.format not in ('dmy', 'mdy', 'ymd', 'excel_serial', 'epoch_ms')
    or (layout_rows.provider_code <> '*' and providers.provider_code is null)

-- extracts.sql
-- One row a delivered file (or member of an archive) of a provider and subject: what arrived, what became of it.
with

receipts as (

    select * from {{ source('landing', 'receipts') }}

),

repairs as (

    select
        provider_code,
        subject,
        list(
            struct_pack(repair := repair, cells := cells, pattern := pattern, replacement := replacement)
            order by cells, repair, pattern
        ) as repairs
    from {{ ref('repairs') }}
    group by provider_code, subject

),

-- The same bytes declared again for another date or period have a second receipt: the newest declaration counts, but one
-- that is held takes the place of none.
newest_receipts as (

    select
        *,
        count(*) filter (where accepted_at is null) over deliveries as deliveries
    from receipts
    window deliveries as (partition by extract_id)
    qualify row_number() over (partition by extract_id order by outcome = 'held', landed_at desc, as_of_date desc) = 1

)

select
    newest_receipts.subject,
    newest_receipts.provider_code,
    newest_receipts.extract_id,
    newest_receipts.outcome,
    newest_receipts.outcome = 'landed' as is_landed,
    newest_receipts.reason,
    newest_receipts.as_of_date,
    newest_receipts.period_from,
    newest_receipts.period_to,
    newest_receipts.landed_at,
    newest_receipts.held_reason,
    newest_receipts.accepted_by,
    newest_receipts.accepted_at,
    newest_receipts.accepted_reason,
    newest_receipts.deliveries,
    newest_receipts.source_file,
    newest_receipts.source_member,
    newest_receipts.source_bytes,
    newest_receipts.source_sha256,
    newest_receipts.format as file_format,
    newest_receipts.encoding,
    newest_receipts.header,
    len(newest_receipts.header) as column_count,
    newest_receipts.first_record_line,
    newest_receipts.total_lines,
    newest_receipts.source_records,
    newest_receipts.landed_rows,
    newest_receipts.rejected_rows,
    newest_receipts.preamble_lines,
    newest_receipts.blank_records,
    newest_receipts.total_records,
    newest_receipts.control_totals,
    newest_receipts.notes,
    repairs.repairs
from newest_receipts
left join repairs
    on newest_receipts.provider_code = repairs.provider_code and newest_receipts.subject = repairs.subject

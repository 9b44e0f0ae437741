{# One row a landed record of the subject, its cells under the city's field names; nothing is parsed.

   fields: the city's names, each a text column. formats: those of them whose declared format (`dmy`, ...) is
   wanted too, as <field>_format. keep_cells: the record itself as well, for subjects with a column a measure.
   tables: which table of the subject the extract is as well, as table_name, for subjects that systems send in several.
   Which column feeds which field is data: extract_columns, resolved for each extract. #}
{% macro mapped(subject, fields, formats=[], keep_cells=false, tables=false) -%}
with

extracts as (

    select * from {{ ref('extracts') }}
    where subject = '{{ subject }}' and is_landed

),

layouts as (

    select
        extract_id,
        {% for field in fields -%}
        max(position) filter (where field = '{{ field }}') as {{ field }},
        {% endfor -%}
        {% for field in formats -%}
        max(format) filter (where field = '{{ field }}') as {{ field }}_format,
        {% endfor -%}
        any_value(table_name) as table_name
    from {{ ref('extract_columns') }}
    where subject = '{{ subject }}' and status = 'mapped'
    group by extract_id

),

records as (

    select * from {{ source('landing', subject) }}

),

mended as (

    select
        records.provider_code,
        records.extract_id,
        records.file_row_number as row_number,
        records.line_number,
        extracts.first_record_line,
        records.cells,
        case
            when extracts.repairs is not null and len(records.cells) <> extracts.column_count
                then {{ mended('records.cells', 'extracts.repairs') }}
        end as mending
    from records
    inner join extracts on records.extract_id = extracts.extract_id

),

records_as_meant as (

    select
        * exclude (cells, mending, line_number, first_record_line),
        coalesce(line_number, first_record_line + row_number) as line_number,
        coalesce(mending.cells, cells) as cells,
        mending.repair as repair
    from mended

)

select
    records_as_meant.provider_code,
    records_as_meant.extract_id,
    records_as_meant.row_number,
    records_as_meant.line_number,
    hash(records_as_meant.cells) as record_hash,
    records_as_meant.repair,
    {% for field in fields -%}
    records_as_meant.cells[layouts.{{ field }}] as {{ field }},
    {% endfor -%}
    {% for field in formats -%}
    layouts.{{ field }}_format,
    {% endfor -%}
    {% if keep_cells -%}
    records_as_meant.cells,
    {% endif -%}
    {% if tables -%}
    layouts.table_name,
    {% endif -%}
from records_as_meant
left join layouts on records_as_meant.extract_id = layouts.extract_id
{%- endmacro %}

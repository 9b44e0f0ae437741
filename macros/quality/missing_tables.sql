{# The tables that a delivery of several tables lacks, one row an issue, the table as its field. A delivery is all that a
   provider sent of the subject for one date; where one of `tables` is in it, the others should be. The issue lies with the file
   that came last. #}
{% macro missing_tables(subject, tables) -%}
    select
        '{{ subject }}' as subject,
        deliveries.provider_code,
        deliveries.extract_id,
        null::bigint as row_number,
        null::bigint as line_number,
        wanted.table_name as field,
        'table_missing' as issue_type,
        null::varchar as value_as_sent
    from (
        select
            extract_days.provider_code,
            arg_max(extract_days.extract_id, (extract_days.landed_at, extract_days.extract_id)) as extract_id,
            list(extract_tables.table_name) as table_names
        from {{ ref('extract_days') }} as extract_days
        inner join (
            select
                extract_id,
                any_value(table_name) as table_name
            from {{ ref('extract_columns') }}
            group by extract_id
        ) as extract_tables on extract_days.extract_id = extract_tables.extract_id
        where
            extract_days.subject = '{{ subject }}'
            and extract_tables.table_name in ({% for table in tables %}'{{ table }}'{{ ', ' if not loop.last }}{% endfor %})
        group by extract_days.provider_code, extract_days.as_of_date
    ) as deliveries
    cross join (
        values {% for table in tables %}('{{ table }}'){{ ', ' if not loop.last }}{% endfor %}
    ) as wanted (table_name)
    where not list_contains(deliveries.table_names, wanted.table_name)
{%- endmacro %}

{# A table that is brought up to date extract by extract, as those of staging are: an extract that has landed, or that is read otherwise
   than before (another layout, repair, date or period), is staged anew; one that was withdrawn goes; the rest stays as it is. When the
   model's code or that of its base view has changed, everything is staged anew. The result is that of a build from nothing.

   The model's rows must each depend on their own extract alone: it may read its base view, `extracts` and `extract_columns`.
   One that is not stg_<subject> is of the extracts of every subject, and has `landed_records` for its base view. What has been
   staged, and how it was read, is kept beside the table in <table>__extracts.

   CITYMART_PROVIDERS (codes, with commas) leaves all but these providers' extracts as they are: in a lake several builders
   stage at once, each the extracts of its own providers. The table and its list of extracts change in one transaction. #}
{% materialization by_extract, adapter='duckdb' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set subject = this.identifier | replace('stg_', '', 1) if this.identifier.startswith('stg_') else none -%}
    {%- set base = 'base_' ~ subject if subject else 'landed_records' -%}
    {%- set staged = this.incorporate(path={'identifier': this.identifier ~ '__extracts'}, type='table') -%}
    {%- set may_read = [base, 'extracts', 'extract_columns'] -%}
    {%- for node in model.depends_on.nodes if node.split('.')[-1] not in may_read -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ ' is staged by extract and must not read ' ~ node.split('.')[-1]
            ~ ', whose change would not be seen: read it in a conformed model, or materialise this one as a table'
        ) }}
    {%- endfor -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set readings = how_extracts_are_read(subject, base, compiled_code) -%}
    {%- set is_kept = existing is not none and existing.is_table and not should_full_refresh()
        and load_relation(staged) is not none -%}
    {%- if is_kept -%}
        {%- set is_kept = run_query(
            'select count(*) from ' ~ staged ~ ' as staged where code_hash <> (select code_hash from ('
            ~ code_hash(base, compiled_code) ~ '))'
        ).columns[0][0] == 0 -%}
    {%- endif -%}

    {%- if is_kept -%}
        {%- set changed = run_query(
            'select extract_id from (' ~ readings ~ ') except select extract_id from ('
            ~ 'select extract_id, reading_hash from (' ~ readings ~ ') intersect select extract_id, reading_hash from '
            ~ staged ~ ')'
        ).columns[0].values() -%}
        {%- set is_stale -%}
            extract_id not in (
                select current_readings.extract_id
                from ({{ readings }}) as current_readings
                inner join {{ staged }} as staged
                    on
                        current_readings.extract_id = staged.extract_id
                        and current_readings.reading_hash = staged.reading_hash
            )
        {%- endset -%}
        {%- call statement('main') -%}
            delete from {{ target_relation }}
            where {{ of_this_builder(target_relation.identifier) }} and {{ is_stale }}
        {%- endcall -%}
        {%- call statement('forget') -%}
            delete from {{ staged }}
            where {{ of_this_builder(staged.identifier) }} and {{ is_stale }}
        {%- endcall -%}
        {%- if changed -%}
            {%- set ids -%}
                ({% for id in changed %}'{{ id }}'{{ ', ' if not loop.last }}{% endfor %})
            {%- endset -%}
            {%- call statement('stage') -%}
                insert into {{ target_relation }} by name
                select * from (
                    {{ compiled_code }}
                ) as records
                where extract_id in {{ ids }}
            {%- endcall -%}
            {%- call statement('remember') -%}
                insert into {{ staged }} by name
                select * from ({{ readings }}) as current_readings
                where extract_id in {{ ids }}
            {%- endcall -%}
        {%- endif -%}
    {%- else -%}
        {%- if existing is not none and not existing.is_table -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {%- call statement('main') -%}
            create or replace table {{ target_relation }} as (
                select * from (
                    {{ compiled_code }}
                ) as records
                where {{ of_this_builder('records') }}
            )
        {%- endcall -%}
        {%- call statement('remember') -%}
            create or replace table {{ staged }} as ({{ readings }})
        {%- endcall -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {%- if not adapter.is_ducklake(this) -%}
        {%- do remember_made(model.unique_id, none, version_of_staged(staged)) -%}
    {%- endif -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation, staged]}) }}
{%- endmaterialization %}

{# What a staging table holds is told by the extracts in it and by how each was read. #}
{% macro version_of_staged(staged) -%}
    {{ return(run_query(
        "select md5(coalesce(string_agg(concat_ws(' ', extract_id, reading_hash, code_hash), ',' order by extract_id), ''))"
        ~ ' from ' ~ staged
    ).columns[0][0]) }}
{%- endmacro %}

{# One row a landed extract of the subject, or of any: a hash of all that decides how its records are read. #}
{% macro how_extracts_are_read(subject, base, code) -%}
{%- set landing = api.Relation.create(database=this.database, schema='landing') -%}
    select
        extracts.extract_id,
        any_value(extracts.provider_code) as provider_code,
        md5(concat_ws(
            '|',
            to_json(any_value(struct_pack(
                as_of_date := extracts.as_of_date,
                period_from := extracts.period_from,
                period_to := extracts.period_to,
                source_file := extracts.source_file,
                source_member := extracts.source_member,
                first_record_line := extracts.first_record_line,
                column_count := extracts.column_count,
                repairs := extracts.repairs
            ))),
            list(to_json(extract_columns) order by extract_columns.extract_column_key)
        )) as reading_hash,
        any_value(code.code_hash) as code_hash
    from {{ landing.include(identifier=false) }}.extracts as extracts
    left join {{ landing.include(identifier=false) }}.extract_columns as extract_columns
        on extracts.extract_id = extract_columns.extract_id
    cross join ({{ code_hash(base, code) }}) as code
    where {% if subject %}extracts.subject = '{{ subject }}' and {% endif %}extracts.is_landed and {{ of_this_builder('extracts') }}
    group by extracts.extract_id
{%- endmacro %}

{# Whether an extract is one of those that this builder stages: CITYMART_PROVIDERS, or all. #}
{% macro of_this_builder(table) -%}
{%- set providers = env_var('CITYMART_PROVIDERS', '') -%}
{%- if providers -%} {{ table }}.provider_code in ('{{ providers | replace(",", "', '") }}') {%- else -%} true {%- endif -%}
{%- endmacro %}

{# One row: a hash of the model's code and of its base view's; the 2 is the shape of <table>__extracts. A lake keeps no
   versions, and writes its views in every build; the text of a view that is not written anew is not always the same. #}
{% macro code_hash(base, code) -%}
    select md5('2{{ local_md5(code) }}' || coalesce(any_value(text), '')) as code_hash
    {% if adapter.is_ducklake(this) -%}
    from (select sql as text from duckdb_views()
    where database_name = '{{ this.database }}' and schema_name = '{{ this.schema }}' and view_name = '{{ base }}')
    {%- else -%}
    from (select version as text from build.made where node = 'model.{{ model.package_name }}.{{ base }}')
    {%- endif %}
{%- endmacro %}

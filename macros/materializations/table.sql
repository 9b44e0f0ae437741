{# A table is made again only if what it is made from has changed: its code and its description, a seed's file, a row of a
   table that it reads. One that comes out as it was before counts as unchanged for those that read it.

   What each node was made from is kept in the database, in build.made (macros/materializations/made.sql); --full-refresh makes
   all anew. Models in Python are always made, as they keep a memory of their own; in a lake, where several build at once,
   all are. #}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {%- set in_lake = adapter.is_ducklake(this) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set is_there = existing is not none and existing.is_table and not in_lake and not should_full_refresh() -%}
    {%- set inputs = none if in_lake else inputs_of(model, compiled_code) -%}
    {%- set before = made(model.unique_id) if is_there else none -%}

    {%- if before and inputs and before.inputs == inputs -%}
        {{ leave_as_it_is() }}
        {{ return({'relations': [target_relation]}) }}
    {%- endif -%}

    {%- set fresh = make_intermediate_relation(target_relation) -%}
    {%- set backup = make_backup_relation(target_relation, existing.type if existing else 'table') -%}
    {{ drop_relation_if_exists(load_cached_relation(fresh)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {#- Not dbt's own materialisation, called from here: dbt lets a model in Python run from nowhere but one. -#}
    {%- call statement('main', language=model.language) -%}
        {{ create_table_as(False, fresh, compiled_code, model.language) }}
    {%- endcall -%}
    {%- set is_same = before and has_same_rows(existing, fresh) -%}
    {%- if existing is not none -%}
        {%- do adapter.rename_relation(existing, backup) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(fresh, target_relation) -%}
    {#- Some versions of DuckLake lose comments that are made beside the table in one transaction: dbt-duckdb knows which. -#}
    {%- set is_described_later = adapter.use_ducklake_table_workarounds(target_relation) -%}
    {%- if not is_described_later -%}
        {%- do persist_docs(target_relation, model) -%}
    {%- endif -%}
    {%- if not in_lake -%}
        {%- do remember_made(model.unique_id, inputs, before.version if is_same else none) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {%- if is_described_later -%}
        {%- do persist_docs(target_relation, model) -%}
        {{ adapter.commit() }}
    {%- endif -%}
    {{ drop_relation_if_exists(backup) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{# A seed is read again only if its file or its configuration has changed. #}
{% materialization seed, adapter='duckdb' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set version = version_of_seed(model) -%}
    {%- if adapter.is_ducklake(this) -%}
        {{ return(dbt.materialization_seed_default()) }}
    {%- endif -%}
    {%- set is_there = existing is not none and existing.is_table and not should_full_refresh() -%}
    {%- set before = made(model.unique_id) if is_there else none -%}
    {%- if before and version and before.version == version -%}
        {{ leave_as_it_is() }}
        {%- do store_result('agate_table', response='UNCHANGED') -%}
        {{ return({'relations': [this.incorporate(type='table')]}) }}
    {%- endif -%}
    {%- set relations = dbt.materialization_seed_default() -%}
    {%- do remember_made(model.unique_id, none, version) -%}
    {{ adapter.commit() }}
    {{ return(relations) }}
{%- endmaterialization %}

{# A view is written again only if its text or its description has changed. #}
{% materialization view, adapter='duckdb' -%}
    {%- if adapter.is_ducklake(this) -%}
        {{ return(dbt.materialization_view_default()) }}
    {%- endif -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set text = hash_of_text(model, compiled_code) -%}
    {%- set is_there = existing is not none and existing.is_view and not should_full_refresh() -%}
    {%- set before = made(model.unique_id) if is_there else none -%}
    {%- if before and before.version == text -%}
        {{ leave_as_it_is() }}
        {{ return({'relations': [this.incorporate(type='view')]}) }}
    {%- endif -%}
    {%- set relations = dbt.materialization_view_default() -%}
    {%- do remember_made(model.unique_id, none, text) -%}
    {{ adapter.commit() }}
    {{ return(relations) }}
{%- endmaterialization %}

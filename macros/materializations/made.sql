{# What each node of the build was made from, and the version of what came of it: a version is kept for as long as the rows stay
   the same. build.made has a row a node; the plugin creates it. #}

{# The row of a node, as `inputs` and `version`; none where it was never made. #}
{% macro made(node) -%}
    {%- set rows = run_query(
        "select inputs, version from build.made where node = '" ~ node ~ "'"
    ).rows -%}
    {{ return({'inputs': rows[0][0], 'version': rows[0][1]} if rows | length else none) }}
{%- endmacro %}

{# A hash of all that decides what the model's table holds. None where that can't be told: of what reads a landing, and of a
   model in Python, which calls code that dbt does not see and may keep a memory outside. #}
{% macro inputs_of(model, compiled_code) -%}
    {%- set read = nodes_read(model) -%}
    {%- if read.sources or model.language != 'sql' -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set found = run_query(
        "select node || ' ' || version from build.made where node in ('" ~ read.nodes | join("', '") ~ "')"
        ~ ' union all select version()'
    ).columns[0].values() | list -%}
    {%- if found | length <= read.nodes | length -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(local_md5(([hash_of_text(model, compiled_code)] + found | sort) | join('\n'))) }}
{%- endmacro %}

{# Of what the project itself says of a model. #}
{% macro hash_of_text(model, compiled_code) -%}
    {{ return(local_md5([compiled_code, model.description, tojson(model.columns), tojson(model.config)] | join('\n'))) }}
{%- endmacro %}

{# What a model reads, also through views: its tables and views, and what it reads of a landing. #}
{% macro nodes_read(model) -%}
    {%- set read = {'nodes': [], 'sources': []} -%}
    {%- set waiting = model.depends_on.nodes | list -%}
    {%- set seen = [] -%}
    {#- Jinja has no `while`: a list that grows as it is gone through. -#}
    {%- for name in waiting if name not in seen -%}
        {%- do seen.append(name) -%}
        {%- set node = graph.nodes.get(name) -%}
        {%- if node is none -%}
            {%- do read.sources.append(name) -%}
        {%- else -%}
            {%- do read.nodes.append(name) -%}
            {%- if node.config.materialized == 'view' -%}
                {%- do waiting.extend(node.depends_on.nodes) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(read) }}
{%- endmacro %}

{# Of the file and of how it is read; none for a file that dbt finds too large to look into. #}
{% macro version_of_seed(seed) -%}
    {%- if seed.checksum.name != 'sha256' -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(local_md5([seed.checksum.checksum, tojson(seed.config), tojson(seed.columns)] | join('\n'))) }}
{%- endmacro %}

{# Whether two tables have the same columns and rows, in whatever order. #}
{% macro has_same_rows(one, other) -%}
    {%- set columns -%}
        select list((column_name, data_type) order by column_index) from duckdb_columns()
        where database_name = '{{ one.database }}' and schema_name = '{{ one.schema }}' and table_name =
    {%- endset -%}
    {%- set is_alike = run_query(
        'select (select count(*) from ' ~ one ~ ') = (select count(*) from ' ~ other ~ ') and ('
        ~ columns ~ "'" ~ one.identifier ~ "') = (" ~ columns ~ "'" ~ other.identifier ~ "')"
    ).columns[0][0] -%}
    {%- if not is_alike -%}
        {{ return(false) }}
    {%- endif -%}
    {#- The sum of the rows' hashes does not depend on their order, and tells how often each is there. -#}
    {{ return(run_query(
        'select (select sum(hash(told)) from ' ~ one ~ ' as told) is not distinct from (select sum(hash(told)) from '
        ~ other ~ ' as told)'
    ).columns[0][0]) }}
{%- endmacro %}

{# Keep what a node was made from; without a version it has a new one. #}
{% macro remember_made(node, inputs, version) -%}
    {%- call statement('forget_made') -%}
        delete from build.made where node = '{{ node }}'
    {%- endcall -%}
    {%- call statement('remember_made') -%}
        insert into build.made (node, inputs, version)
        values ('{{ node }}', {% if inputs %}'{{ inputs }}'{% else %}null{% endif %}, '{{ version or invocation_id }}')
    {%- endcall -%}
{%- endmacro %}

{# What dbt needs to hear of a node for which there is nothing to do. #}
{% macro leave_as_it_is() -%}
    {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED') -%}{%- endcall -%}
{%- endmacro %}

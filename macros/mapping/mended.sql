{# The cells of a record after the repair declared for its provider, subject and number of cells; null where none fits.
   `repairs` is a list of struct(repair, cells, pattern, replacement); the first that matches is used.
   Cells are joined by `|`; a `|` inside a cell travels as U+001F. #}
{% macro mended(cells, repairs) -%}
    list_transform(
        list_filter(
            {{ repairs }},
            lambda r: r.cells = len({{ cells }}) and regexp_matches({{ joined_cells(cells) }}, r.pattern)
        ),
        lambda r: struct_pack(
            repair := r.repair,
            cells := list_transform(
                string_split(regexp_replace({{ joined_cells(cells) }}, r.pattern, r.replacement), '|'),
                lambda cell: replace(cell, chr(31), '|')
            )
        )
    )[1]
{%- endmacro %}

{% macro joined_cells(cells) -%}
    array_to_string(
        list_transform({{ cells }}, lambda cell: replace(coalesce(cell, ''), '|', chr(31))), '|'
    )
{%- endmacro %}

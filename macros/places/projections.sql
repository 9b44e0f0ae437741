{# The reference systems of the mart. Coordinates are always (east, north), whatever order an authority's register says.
   Without the national grid-shift file, which the extension does not carry, a change between the two is good to 5 m. #}
{% macro grid_to_degrees(geometry) -%}
    st_transform({{ geometry }}, 'EPSG:27700', 'EPSG:4326', always_xy := true)
{%- endmacro %}

{% macro degrees_to_grid(geometry) -%}
    st_transform({{ geometry }}, 'EPSG:4326', 'EPSG:27700', always_xy := true)
{%- endmacro %}

{# Pseudo-Mercator metres, as web maps use them. #}
{% macro mercator_to_degrees(geometry) -%}
    st_transform({{ geometry }}, 'EPSG:3857', 'EPSG:4326', always_xy := true)
{%- endmacro %}

{# The GEOMETRY that a text says in WKT (also EWKT), GeoJSON or hexadecimal WKB; null where it says none. #}
{% macro parse_boundary(expr) -%}
    case
        when left(trim({{ expr }}), 1) = '{' then try(st_geomfromgeojson(trim({{ expr }})))
        when regexp_full_match(trim({{ expr }}), '0[01][0-9A-Fa-f]+') then try(st_geomfromhexwkb(trim({{ expr }})))
        when regexp_matches({{ expr }}, '(?i)(polygon|geometrycollection)')
            then try(st_geomfromtext(regexp_replace(trim({{ expr }}), '^SRID=\d+;\s*', '')))
    end
{%- endmacro %}

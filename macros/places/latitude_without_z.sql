{# Latitude in degrees of a point of which only the earth-centred X and Y (metres) are known, Z being left out.

   On the ellipsoid GRS80, sqrt(X² + Y²) = (N + h) cos φ with N = a / sqrt(1 - e² sin² φ): a height h gives one
   latitude. London's streets lie some 20 m above the sea, and the sea there some 46 m above the ellipsoid; 40 m
   more or less of height move the point by about 30 m to the north or south. Six steps of the fixed point are
   exact to less than a millimetre. #}
{% macro latitude_without_z(x, y, height=70) -%}
{%- set found = namespace(phi='0.9::double') -%}
{%- for step in range(6) -%}
    {%- set found.phi -%}
    list_transform(
        [{{ found.phi }}],
        lambda phi: acos(
            sqrt({{ x }} * {{ x }} + {{ y }} * {{ y }})
            / (6378137.0::double / sqrt(1 - 0.00669438002290::double * sin(phi) * sin(phi)) + {{ height }})
        )
    )[1]
    {%- endset -%}
{%- endfor -%}
    degrees({{ found.phi }})
{%- endmacro %}

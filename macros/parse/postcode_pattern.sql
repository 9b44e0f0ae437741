{# The pattern of a full British postcode in capitals, outward and inward code as its two groups. Only areas that exist, so that
   `FLAT A1 2ND` is none; no letters in places where Royal Mail uses none (`GIR 0AA`
   is left aside). #}
{% macro postcode_pattern() -%}
{%- set area -%}
(?:A[BL]|B[ABDFHLNRSTX]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?|
{%- endset -%}
{%- set area_continued -%}
M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE)
{%- endset -%}
({{ area }}{{ area_continued }}(?:0|[1-9][0-9A-HJKMNPR-Y]?)) ?([0-9][ABD-HJLNP-UW-Z]{2})
{%- endmacro %}

{# The form under which the names of one supplier meet: case, accents, punctuation, `&`, a leading `The`, and the ways to write
   Limited, Company, plc, LLP and UK. Registered names that differ in no more than that cannot stand beside each other (SI
   2015/17, schedule 3). A trading name (`t/a`) goes, since the name before it is who is paid. All else stays, the legal form
   too: `X Ltd` and `X LLP` are two suppliers, and so are `X` and `X (North)`. Null for a null word. #}
{% macro supplier_key(expr) -%}
    nullif(trim(
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            strip_accents(lower(replace({{ clean_text(expr) }}, '&', ' and '))),
            '(.)(?: t/a| t[.] ?a[.]?| trading as)[ :].*$', '\1'),
            '[.''’`]', '', 'g'),
            '[^\p{L}\p{N}+]+', ' ', 'g'),
            '^ ?the ', ''),
            '\bpublic (?:limited|ltd) co(?:mpany)?\b', 'plc'),
            '\b(?:limited|ltd)\b', 'ltd', 'g'),
            '\bcompany\b', 'co', 'g'),
            '\bunited kingdom\b', 'uk', 'g')
    ), '')
{%- endmacro %}

{# The form under which the names of one authority meet: `London Borough of Alba`, `LB Alba`, `Alba Council` and a URI that
   ends in `/alba` are all `alba`. For a London borough it is the provider's code.

   The last segment of a URI is taken, words for the kind of authority go, `&` is `and`. The metropolis is the whole that the
   authorities share: a `City of` it keeps its `city`, since the metropolis alone is another place. Names beyond its reach are rows of the seed organisation_names. #}
{% macro organisation_key(expr, metropolis='london') -%}
{%- set segment = "regexp_replace(" ~ plain_text(expr) ~ ", '^https?://.*?/([^/]+)/*$', '\\1')" -%}
{%- set borough = '(?:(?:london |royal |metropolitan )*borough|city)(?: council)? of (?:the )?' -%}
    nullif(replace(regexp_replace(regexp_replace(regexp_replace(
        {{ code_key(segment) }},
        '^(?:the )?(?:city (?:and county )?|corporation )of {{ metropolis }}(?: corporation| council)*$',
        'city_of_{{ metropolis }}'),
        '^(?:the )?(?:(?:mayor and burgesses|council) of (?:the )?)?(?:{{ borough }}|(?:l ?b|r ?b) (?:of )?)?', ''),
        '(?: (?:(?:london )?(?:royal )?borough|metropolitan|county|city|district|council|l ?b ?c?))+$', ''
    ), ' ', '_'), '')
{%- endmacro %}

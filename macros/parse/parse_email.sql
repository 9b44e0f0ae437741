{# An e-mail address in small letters, `mailto:` and angle brackets taken off; null where it is not one, or stands for none. #}
{% macro parse_email(expr) -%}
    list_transform(
        [regexp_replace(lower(replace({{ plain_text(expr) }}, ' ', '')), '^(?:mailto:)?<?|>?[.;,]*$', '', 'g')],
        lambda said: case
            when
                regexp_full_match(said, '[^@\s<>,;:"]+@[a-z0-9][a-z0-9.-]*[.][a-z]{2,}')
                and not regexp_matches(said, '^(?:none|no|na|noemail|no-?reply|unknown|test|email)@|@(?:none|no|noemail|unknown|test)[.]')
                then said
        end
    )[1]
{%- endmacro %}

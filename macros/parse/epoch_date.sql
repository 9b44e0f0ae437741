{# The day in London of milliseconds since 1970 in UTC. Exactly 23:00 from March to October is a London midnight that a system
   turned into UTC, so it belongs to the day after. #}
{% macro epoch_date(expr) -%}
    list_transform(
        [epoch_ms(try_cast(regexp_extract({{ expr }}, '^-?[0-9]+') as bigint))],
        lambda instant: cast(instant as date)
            + case when month(instant) between 3 and 10 and cast(instant as time) = time '23:00:00' then 1 else 0 end
    )[1]
{%- endmacro %}

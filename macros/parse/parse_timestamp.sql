{# The moment that a text says, by London's clock, as timestamp; null where it says a day only, and for a midnight, which is how
   systems write a day only. `format` is as in `parse_date`. A text with a zone is turned into London's time; one without is
   taken to be London's already. The day in London is `coalesce(cast(parse_timestamp(…) as date), parse_date(…))`: a complaint
   of 23:30 UTC in summer was made on the day after. `day` is what `parse_date` made of it, where that is at hand. #}
{% macro parse_timestamp(expr, format=none, day=none) -%}
{%- set zoned = '([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:[.][0-9]+)? ?(?:(Z|UTC)|([-+][0-9]{2}):?([0-9]{2})?)' -%}
    list_transform(
        list_transform(
            [struct_pack(day := {{ day or parse_date(expr, format) }}, moment := upper({{ plain_text(expr) }}))],
            lambda sent: case
                when sent.day is null then cast(null as timestamp)
                {% if format is not none -%}
                when {{ format }} = 'epoch_ms' and regexp_full_match(sent.moment, '-?[0-9]{1,14}(?:[.]0*)?')
                    then timezone(
                        'Europe/London',
                        timezone('UTC', epoch_ms(try_cast(regexp_extract(sent.moment, '^-?[0-9]+') as bigint)))
                    )
                {% endif -%}
                when regexp_full_match(sent.moment, '{{ zoned }}')
                    then list_transform(
                        [regexp_extract(
                            sent.moment, '{{ zoned }}', ['day', 'minute', 'second', 'utc', 'hours', 'minutes']
                        )],
                        lambda part: timezone('Europe/London', try_cast(concat(
                            part.day, ' ', part.minute, coalesce(nullif(part.second, ''), ':00'),
                            coalesce(nullif(part.hours, ''), '+00'), ':', coalesce(nullif(part.minutes, ''), '00')
                        ) as timestamptz))
                    )[1]
                else list_transform(
                    [regexp_extract(
                        sent.moment,
                        '[T, ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:[.,][0-9]+)? ?([AP]M)?(?: ?(?:GMT|BST))?$',
                        ['hour', 'minute', 'second', 'half']
                    )],
                    lambda part: sent.day + case
                        when part.half = '' then try_cast(part.hour as integer)
                        else try_cast(part.hour as integer) % 12 + case when part.half = 'PM' then 12 else 0 end
                    end * interval 1 hour
                    + try_cast(part.minute as integer) * interval 1 minute
                    + coalesce(try_cast(part.second as integer), 0) * interval 1 second
                )[1]
            end
        ),
        lambda moment: case when cast(moment as time) <> time '00:00:00' then moment end
    )[1]
{%- endmacro %}

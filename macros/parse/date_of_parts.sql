{# The date of a struct (first, second, named, third) of the parts of a day as they follow in a text: all digits, `named` a
   month's name in place of `second`. For `read_date`. #}
{% macro date_of_parts(parts, format=none) -%}
    list_transform(
        [{{ parts }}],
        lambda part: try_cast(case
            when part.named != '' and len(part.first) = 4
                then part.first || '-' || {{ month_number('part.named') }} || '-' || part.third
            when part.named != ''
                then {{ full_year('part.third') }} || '-' || {{ month_number('part.named') }} || '-' || part.first
            when len(part.first) = 4 then part.first || '-' || part.second || '-' || part.third
            {% if format is not none -%}
            when
                {{ format }} = 'ymd' and len(part.third) < 3
                and try_cast(part.second as integer) < 13 and try_cast(part.third as integer) < 32
                then {{ full_year('part.first') }} || '-' || part.second || '-' || part.third
            when {{ format }} = 'mdy' and try_cast(part.first as integer) < 13
                then {{ full_year('part.third') }} || '-' || part.first || '-' || part.second
            {% endif -%}
            when try_cast(part.second as integer) > 12
                then {{ full_year('part.third') }} || '-' || part.first || '-' || part.second
            else {{ full_year('part.third') }} || '-' || part.second || '-' || part.first
        end as date)
    )[1]
{%- endmacro %}

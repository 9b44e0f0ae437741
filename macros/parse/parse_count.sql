{# A count of people, rooms or storeys as bigint, in digits or in words up to twenty, with or without its unit (`7 persons`, `six`,
   `max. 5 households`, `6 (six)`). A basement or attic that is named beside storeys is one more of them (`3 + basement`).
   Anything else is null: a range, two counts in one text, a letter stuck to the digits. #}
{% macro parse_count(expr) -%}
{%- set words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen',
    'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty'] -%}
{%- set units = 'persons?|people|occupants?|occupiers?|tenants?|residents?|adults|households?|storeys?|stories|floors?|rooms?|bedrooms?'
    ~ '|bedsits?|lettings?|units?|sleeping|habitable|in total|maximum|max' -%}
    coalesce(
        {{ parse_integer(expr) }},
        list_transform(
            [trim(regexp_replace(lower({{ plain_text(expr) }}), '[^a-z0-9+<>]+', ' ', 'g'))],
            lambda said: list_transform(
                [regexp_extract(
                    said,
                    '^(?:(?:max|maximum|up to|no more than|not more than|total) )*(?:of )?([0-9]{1,4}|{{ words | join('|') }})'
                    '(?: ([0-9]{1,4}|{{ words | join('|') }}))?((?: (?:{{ units }}))*)'
                    '( ?(?:\+|and|plus|with) ?(?:a )?(?:lower ground|basement|cellar|attic|loft)(?: storey| floor)?)?$',
                    ['first', 'second', 'unit', 'more']
                )],
                lambda found: list_transform(
                    [coalesce(try_cast(found.first as bigint), list_position({{ words }}, found.first))],
                    lambda number: case
                        when
                            number > 0
                            and (
                                found.second = ''
                                or coalesce(try_cast(found.second as bigint), list_position({{ words }}, found.second)) = number
                            )
                            then number + case when found.more = '' then 0 else 1 end
                    end
                )[1]
            )[1]
        )[1]
    )
{%- endmacro %}

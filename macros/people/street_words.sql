{# The words by which an address in capitals is known beside its numbers: the first two of four letters or more that are no kind of
   street, door or town. #}
{% macro street_words(expr) -%}
    list_filter(
        regexp_extract_all({{ expr }}, '\b[A-Z]{4,}\b'),
        lambda word: word not in (
            'FLAT', 'FLOOR', 'GROUND', 'FIRST', 'SECOND', 'THIRD', 'FOURTH', 'BASEMENT', 'UPPER', 'LOWER', 'ROOM', 'UNIT', 'APARTMENT',
            'STUDIO', 'STREET', 'ROAD', 'AVENUE', 'CLOSE', 'GARDENS', 'GROVE', 'LANE', 'PLACE', 'SQUARE', 'TERRACE', 'COURT', 'HOUSE',
            'CRESCENT', 'DRIVE', 'MEWS', 'PARK', 'HILL', 'WALK', 'LONDON', 'GREATER', 'NORTH', 'SOUTH', 'EAST', 'WEST', 'CARE', 'HOSTEL'
        )
    )[:2]
{%- endmacro %}

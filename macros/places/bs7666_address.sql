{# An address in one line out of the parts that BS 7666 keeps it in. The relation has the parts under the names of the
   standard: sao_text, sao_start_number, ..., pao_text, pao_start_number, ..., street_description, locality, town,
   administrative_area, post_town, postcode, organisation.

   The flat comes first, then the name of the building, then its number with the street: `Flat 3, Rose House, 12-14 High Street`.
   A locality or town that only repeats the one before is left out. #}

{# Where the property is: no organisation, no postcode, the town it lies in and the administrative area. #}
{% macro geographic_address() -%}
    {{ address_of_lines([
        addressable_object('sao'),
        'pao_text',
        numbered_street(),
        "case when lower(locality) is distinct from lower(town) then locality end",
        'town',
        "case when lower(administrative_area) is distinct from lower(town) then administrative_area end",
    ]) }}
{%- endmacro %}

{# Where the post goes: the organisation first, the post town (else the town) and the postcode last. #}
{% macro postal_address() -%}
    {{ address_of_lines([
        'organisation',
        addressable_object('sao'),
        'pao_text',
        numbered_street(),
        "case when lower(locality) is distinct from lower(coalesce(post_town, town)) then locality end",
        'coalesce(post_town, town)',
        'postcode',
    ]) }}
{%- endmacro %}

{% macro address_of_lines(lines) -%}
    nullif(array_to_string(
        list_filter([{{ lines | join(', ') }}], lambda line: line <> ''), ', '
    ), '')
{%- endmacro %}

{# `3`, `12A`, `12-14`, `1A-1C`; null without a number. #}
{% macro object_number(object) -%}
    nullif(concat(
        {{ object }}_start_number,
        {{ object }}_start_suffix,
        '-' || {{ object }}_end_number,
        case when {{ object }}_end_number is not null then {{ object }}_end_suffix end
    ), '')
{%- endmacro %}

{# Text and number, `Flat 3`; a text that ends with the number has it already. #}
{% macro addressable_object(object) -%}
    case
        when ends_with(lower({{ object }}_text), ' ' || lower({{ object_number(object) }})) then {{ object }}_text
        else nullif(concat_ws(' ', {{ object }}_text, {{ object_number(object) }}), '')
    end
{%- endmacro %}

{% macro numbered_street() -%}
    nullif(concat_ws(' ', {{ object_number('pao') }}, street_description), '')
{%- endmacro %}

{# The key of an address as a provider writes it: capitals and blanks around it make no other address. Null where there is none. #}
{% macro address_key(provider_code, address, postcode) -%}
    case
        when trim({{ address }}) <> ''
            then md5({{ provider_code }} || '|' || upper(trim({{ address }})) || '|' || coalesce({{ postcode }}, ''))
    end
{%- endmacro %}

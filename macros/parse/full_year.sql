{# A year in four digits: 00-49 are 2000-2049 and 50-99 are 1950-1999; null for one digit or three. #}
{% macro full_year(year) -%}
    case len({{ year }})
        when 4 then {{ year }}
        when 2 then case when {{ year }} < '50' then '20' else '19' end || {{ year }}
    end
{%- endmacro %}

{# The staging of a subject whose records are of people in a service: one row a record, typed, with its issues.

   Each has person_reference, service_reference, the name in parts or whole (title, forename, middle_name, surname, name),
   gender, birth_date, start_date, end_date and an address. Beside them, by subject, the fields of base_<subject> that are
   `identifiers` (nhs_number, nino, phone, email), `texts`, `coded` (kept as <field>_as_sent), `dates` and `counts`. #}
{% macro staged_people(subject, identifiers=[], texts=[], coded=[], dates=[], counts=[]) -%}
{%- set parsers = {'nhs_number': parse_nhs_number, 'nino': parse_nino, 'phone': parse_phone, 'email': parse_email} -%}
{%- set checks = [['service_reference', blank('as_sent.service_reference')], ['start_date', blank('as_sent.start_date')]] -%}
{%- for field in ['birth_date'] + dates if field != 'end_date' -%}
    {%- do checks.append([field, date_issue('as_sent.' ~ field, field, format='as_sent.' ~ field ~ '_format')]) -%}
{%- endfor -%}
{%- do checks.append(['end_date', end_date_issue('as_sent.end_date', 'end_date', format='as_sent.end_date_format')]) -%}
{%- do checks.append(['end_date', "case when end_date < start_date then 'dates_out_of_order' end"]) -%}
{%- for field in identifiers -%}
    {%- do checks.append([field, unreadable('as_sent.' ~ field, field, field ~ '_unreadable')]) -%}
{%- endfor -%}
{%- for field in counts -%}
    {%- do checks.append([field, unreadable('as_sent.' ~ field, field, 'number_unreadable')]) -%}
    {%- do checks.append([field, "case when " ~ field ~ " < 0 then 'number_negative' end"]) -%}
{%- endfor -%}
{%- do checks.append(['uprn', unreadable('as_sent.uprn', 'uprn', 'uprn_unreadable')]) -%}
{%- do checks.append(['postcode', postcode_issue('as_sent.postcode', 'postcode_as_sent')]) -%}
{%- do checks.append(['record', "case when as_sent.repair is not null then 'record_mended' end", 'as_sent.repair']) -%}
with

base as (

    select
        *,
        {{ joined_address(['address', 'address_1', 'address_2', 'address_3', 'address_4', 'address_5']) }} as whole_address
    from {{ ref('base_' ~ subject) }}

),

parsed as (

    select
        -- lineage
        provider_code,
        extract_id,
        row_number,
        line_number,
        record_hash,

        -- who
        {% for field in ['person_reference', 'service_reference', 'title', 'forename', 'middle_name', 'surname', 'name', 'gender'] -%}
        {{ clean_text(field) }} as {{ field }},
        {% endfor -%}
        {{ parse_date('birth_date', format='birth_date_format') }} as birth_date,
        {% for field in identifiers -%}
        {{ parsers[field](field) }} as {{ field }},
        {% endfor %}
        -- what
        {% for field in texts -%}
        {{ clean_text(field) }} as {{ field }},
        {% endfor -%}
        {% for field in coded -%}
        {{ clean_text(field) }} as {{ field }}_as_sent,
        {% endfor -%}
        {% for field in dates -%}
        {{ parse_date(field, format=field ~ '_format') }} as {{ field }},
        {% endfor -%}
        {% for field in counts -%}
        {{ parse_integer(field) }} as {{ field }},
        {% endfor %}
        -- where
        {{ parse_uprn('uprn') }} as uprn,
        whole_address as address,
        {{ parse_postcode('postcode') }} as postcode_as_sent,
        coalesce({{ parse_postcode('postcode') }}, {{ find_postcode('whole_address') }}) as postcode,

        -- as sent, for the issues
        base as as_sent
    from base

)

select
    * exclude (as_sent, postcode_as_sent),
    {{ issues(checks, from='as_sent') }} as issues
from parsed
{%- endmacro %}

{# The parts of a person's name that came in one column, as struct(title, forename, middle_name, surname); null where it cannot be
   told which part is the surname, and for what is no one person's name (an organisation, "The Occupier", two people).

   A comma ends the surname. Without one the last word is the surname, with the particles before it (van der, de, bin); if
   `surname_first` is true, or the name begins with a word in capitals and goes on in small letters, the first is. Two capitals in
   front (`NG Wei`, `JP Smith`) may be either, so they are left whole. Letters after a name (Jnr, MBE) and brackets are dropped. #}
{% macro person_name_parts(expr, surname_first=false) -%}
{#- Messrs are several. -#}
{%- set titles = name_titles() | replace('Messrs|', '') -%}
{%- set particles = 'van|von|der|den|ter|de|del|della|di|da|dos|du|la|bin|binti|ibn|el|al|st' -%}
    list_transform(
        case when {{ expr }} is not null then [trim(regexp_replace(
            {{ clean_text(expr) }},
            '\s*\([^)]*\)|,?\s+(?:Jnr|Jr|Junior|Snr|Sr|Senior|II|III|Esq|MBE|OBE|CBE)[.]?$', '', 'gi'
        ))] end,
        lambda said: list_transform(
            [struct_pack(
                surname := case when contains(said, ',') then trim(split_part(said, ',', 1)) end,
                title := regexp_extract(said, '(?i)(?:^|,)\s*({{ titles }})[.]?(?:\s|$)', 1),
                names := trim(regexp_replace(split_part(said, ',', -1), '(?i)^\s*(?:{{ titles }})[.]?(?:\s+|$)', ''))
            )],
            lambda found: list_transform(
                [case
                    when regexp_matches(
                        said,
                        '(?i)[0-9&@/;]|,.*,|\b(?:and|the|of|occupiers?|residents?|tenants?|owners?|ltd|limited|plc|llp|trust|council|redacted)\b'
                    ) then null
                    when len(string_split(found.names, ' ')) > 6 then null
                    when found.surname is not null
                        then [found.surname, found.names]
                    when not contains(found.names, ' ') and found.title <> '' then [found.names, '']
                    when regexp_matches(found.names, '^(?:Ma?c)?[\p{Lu}''’-]{3,} .*\p{Ll}')
                        then regexp_extract_all(found.names, '^(?:(?:(?:Ma?c)?[\p{Lu}''’-]{2,})(?: |$))+|.+$')
                    {% if surname_first -%}
                    else list_filter(
                        [
                            regexp_extract(found.names, '(?i)^((?:(?:{{ particles }}) )*\S+) (.+)$', 1),
                            regexp_extract(found.names, '(?i)^((?:(?:{{ particles }}) )*\S+) (.+)$', 2)
                        ],
                        lambda part: part <> ''
                    )
                    {%- else -%}
                    when regexp_matches(found.names, '^\p{Lu}{2} .*\p{Ll}') then null
                    else list_filter(
                        [
                            regexp_extract(found.names, '(?i)^(\S+(?: .*?)??) ((?:(?:{{ particles }}) )*\S+)$', 2),
                            regexp_extract(found.names, '(?i)^(\S+(?: .*?)??) ((?:(?:{{ particles }}) )*\S+)$', 1)
                        ],
                        lambda part: part <> ''
                    )
                    {%- endif %}
                end],
                lambda parts: case
                    when len(parts) = 2 and parts[1] <> '' and (parts[2] <> '' or found.title <> '')
                        then struct_pack(
                            title := nullif(found.title, ''),
                            forename := nullif(split_part(trim(parts[2]), ' ', 1), ''),
                            middle_name := nullif(regexp_replace(trim(parts[2]), '^\S+\s*', ''), ''),
                            surname := trim(parts[1])
                        )
                end
            )[1]
        )[1]
    )[1]
{%- endmacro %}

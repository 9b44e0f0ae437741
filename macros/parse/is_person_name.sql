{# Whether a name, of a ratepayer say, looks like a person's and not like a body's; never null. A person's: a title or `Executors of` in
   front, `SMITH, John`, initials before one word (`J P Smith`). What has a legal form (`Dr Martens Airwair Ltd`) is a body's.
   `John Smith` alone can't be told from a firm's name and counts as one: so what is not a person's here is not thereby public. #}
{% macro is_person_name(expr) -%}
    coalesce(list_transform(
        [{{ clean_text(expr) }}],
        lambda said: not regexp_matches(
            said, '(?i)\b(?:ltd|limited|plc|llp|lp|inc|cic|cio|trust|trustees|council|company|co-?operative|partnership|gmbh)\b'
        )
        and (
            regexp_matches(said, '(?i)^(?:the )?(?:{{ name_titles() }})\b[. ]')
            or regexp_matches(said, '(?i)^(?:the )?(?:exors?|executors?|estate|(?:personal )?representatives?)(?: of)? ')
            or regexp_matches(said, '(?i),\s*(?:{{ name_titles() }})\b')
            or regexp_full_match(said, '[\p{L}’''-]+(?: [\p{L}’''-]+)?, ?(?:\p{L}[\p{L}.’''-]* ?){1,3}')
            or regexp_full_match(said, '(?:\p{Lu}[. ]+){1,3}[\p{L}’''-]{2,}')
        )
    )[1], false)
{%- endmacro %}

{# Pounds as decimal(18, 2), rounded half away from zero; null where a text is not an amount of pounds.

   Minus signs of every kind, before or after; brackets and CR are negative too. Pound signs, read rightly or wrongly
   (`Â£`, U+FFFD, `œ` and `ú` from old code pages), and GBP are passed over. Commas and blanks must part thousands: a decimal
   comma (`1.234,56`, `12,5`) is never guessed at, and an amount negative twice over (`-5 CR`) is not an amount. #}
{% macro parse_money(expr) -%}
{%- set number = '(?:(?:[0-9]{1,3}(?:[ ,][0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:E[-+]?[0-9]{1,2})?' -%}
    list_transform(
        [trim(translate(
            regexp_replace(upper(cast({{ expr }} as varchar)), '[£�ÂŒÚŁ┬¬"''\p{Cf}\x{80}-\x{9F}]|GBP', '', 'g'),
            chr(160) || chr(9) || '−–—‐‑', '  -----'
        ))],
        lambda amount: list_transform(
            [try_cast(regexp_replace(regexp_extract(amount, '{{ number }}'), '[ ,]', '', 'g') as decimal(18, 2))],
            lambda pounds: case
                when regexp_full_match(amount, '[+]? *{{ number }} *(?:[+]|DR)?') then pounds
                when regexp_full_match(amount, '- *{{ number }}|{{ number }} *(?:-|CR)|[(] *-? *{{ number }} *[)]')
                    then -pounds
            end
        )[1]
    )[1]
{%- endmacro %}

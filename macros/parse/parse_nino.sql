{# A National Insurance number in the normal form `AB123456C`, whatever its case, blanks and punctuation; null where the text is
   not one. Two letters, six digits and a suffix A to D, which systems leave out at times: then the first eight. By HM Revenue and
   Customs' manual NIM39110 neither letter is D, F, I, Q, U or V, the second is not O, and BG, GB, KN, NK, NT, TN and ZZ are not
   prefixes (TN was the mark of a number made up for want of one). #}
{% macro parse_nino(expr) -%}
    list_transform(
        [regexp_replace(upper({{ plain_text(expr) }}), '[ ./''-]+', '', 'g')],
        lambda number: case
            when
                regexp_full_match(number, '[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]?')
                and number[1:2] not in ('BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ')
                then number
        end
    )[1]
{%- endmacro %}

-- int_person_names.sql
-- One row a record of a person: its names, numbers and address in one form, each record by itself.
with

records as (

    select
        *,
        case when first_name is null then coalesce(name, case when contains(surname, ' ') then surname end) end as whole_name
    from {{ ref('int_person_records') }}

),

parted as (

    select
        *,
        {{ person_name_parts('whole_name') }} as parts
    from records

),

-- Capitals without accents; what joins two names (a hyphen, a full stop) is a blank, an apostrophe nothing.
lettered as (

    select
        *,
        {{ name_words("concat_ws(' ', coalesce(first_name, parts.forename), coalesce(middle_name, parts.middle_name))") }} as words,
        {{ name_words('case when first_name is null then coalesce(parts.surname, surname) else surname end') }} as surname_words,
        upper(trim(gender)) as sex_as_sent,
        upper(coalesce(title, parts.title)) as title_as_sent,
        upper(strip_accents(coalesce(address, ''))) as address_words
    from parted

),

-- Some offices write the title before the first name.
named as (

    select
        * exclude (words, surname_words),
        list_filter(
            words, lambda word: not regexp_full_match(word, '{{ name_titles() | upper }}|{{ words_beside_names() }}')
        ) as forenames,
        list_filter(
            surname_words, lambda word: len(word) > 1 and not regexp_full_match(word, '{{ words_beside_names() }}')
        ) as surnames,
        list_filter(words, lambda word: regexp_full_match(word, '{{ name_titles() | upper }}'))[1] as title_before,
        case
            when list_has_any(list_concat(words, surname_words), ['JUNIOR', 'JNR', 'JR', 'II', 'III']) then 'junior'
            when list_has_any(list_concat(words, surname_words), ['SENIOR', 'SNR', 'SR']) then 'senior'
            when title_as_sent = 'MASTER' then 'child'
            when title_as_sent in ('MR', 'MRS') then 'adult'
        end as generation
    from lettered

),

typed as (

    select
        record_id,
        source,
        sender,
        forenames,
        case when len(forenames[1]) > 1 then forenames[1] end as first_name,
        forenames[1][1] as initial,
        case when len(forenames[1]) > 3 then {{ name_sound('forenames[1]') }} end as first_sound,
        case
            when len(forenames) + len(surnames) > 1
                then array_to_string(list_sort(list_concat(forenames, surnames)), ' ')
        end as name_words,
        generation,
        surnames,
        nullif(array_to_string(surnames, ''), '') as surname,
        case
            when sex_as_sent in ('M', 'MALE', 'MAN', 'BOY', '1') then 'M'
            when sex_as_sent in ('F', 'FEMALE', 'WOMAN', 'GIRL', '2') then 'F'
            when coalesce(title_as_sent, title_before) in ('MR', 'MASTER', 'SIR', 'LORD') then 'M'
            when coalesce(title_as_sent, title_before) in ('MRS', 'MISS', 'MS', 'DAME', 'LADY') then 'F'
        end as sex,
        case
            when
                birth_date not in ({{ placeholder_dates() }}, date '1901-01-01', date '1970-01-01')
                and year(birth_date) between 1900 and 2100
                then birth_date
        end as birth_date,
        death_date,
        uprn,
        postcode,
        {{ door_numbers('address_words') }} as door_numbers,
        {{ street_words('address_words') }} as street_words,
        regexp_matches(
            address_words, '\b(?:HOSTEL|SHELTER|FOYER|REFUGE|CARE HOME|NURSING HOME|RESIDENTIAL HOME|STUDENT|HALLS? OF RESIDENCE)\b'
        ) as is_institution,
        nhs_number,
        nino[:8] as nino,
        phone,
        email
    from named

)

select
    *,
    case
        when len(door_numbers) + len(street_words) > 0
            then concat_ws('|', postcode, array_to_string(door_numbers, ' '), array_to_string(street_words, ' '))
    end as door
from typed

-- int_person_features.sql
-- One row a record of a person: what of it can be compared with another record, in one form.
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
        {{ name_words('case when first_name is not null or parts is null then surname else parts.surname end') }}
        as surname_words,
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

),

-- A first name may stand for several: Ellie for Elizabeth, Eleanor, Ellen.
variants as (

    select
        first_name,
        list(variant_of order by variant_of) as variants_of
    from {{ ref('first_name_variants') }}
    group by first_name

),

known_names as (

    select first_name
    from typed
    group by first_name
    having count(*) >= 10

    union

    select unnest([first_name, variant_of])
    from {{ ref('first_name_variants') }}

),

placed as (

    select
        typed.*,
        coalesce(variants.variants_of, []) as variants_of,
        coalesce(variants.variants_of[1], typed.first_name) as first_root,
        known_names.first_name is not null as is_known_name,
        coalesce(month(birth_date) = 1 and day(birth_date) = 1, false) as is_first_of_january,
        case
            when len(door_numbers) + len(street_words) > 0
                then concat_ws('|', postcode, array_to_string(door_numbers, ' '), array_to_string(street_words, ' '))
        end as door
    from typed
    left join variants on typed.first_name = variants.first_name
    left join known_names on typed.first_name = known_names.first_name

),

-- What more than three surnames share says nothing of a person: a firm's telephone, a number typed for want of one, a hostel.
surnames_of as (

    {% for what in ['nhs_number', 'nino', 'phone', 'email', 'uprn', 'door'] %}
    select
        '{{ what }}' as what,
        {{ what }}::varchar as shared
    from placed
    where {{ what }} is not null and surname is not null
    group by {{ what }}
    having count(distinct surname) > 3
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- By how often its parts occur, hardly anybody else can have the whole name.
names as (

    select
        first_name,
        surname,
        (count(*) over (partition by first_name)) * (count(*) over (partition by surname)) < 0.01 * count(*) over () as is_rare
    from placed
    where first_name is not null and surname is not null
    qualify row_number() over (partition by first_name, surname) = 1

),

-- Some offices have a person once, others as often as the person came.
repeats as (

    select
        source,
        sum(records) >= 200 and sum(records - 1) < 0.02 * sum(records) as has_people_once
    from (
        select
            source,
            count(*) as records
        from placed
        group by source, sender, forenames, surname, birth_date, coalesce(uprn::varchar, door)
    )
    group by source

)

select
    placed.* exclude (nhs_number, nino, phone, email, is_institution),
    case when names.is_rare then placed.first_name || ' ' || placed.surname end as rare_name,
    repeats.has_people_once,
    {% for what in ['nhs_number', 'nino', 'phone', 'email'] %}
    case when placed.{{ what }} not in (select shared from surnames_of where what = '{{ what }}') then placed.{{ what }} end
    as {{ what }},
    {% endfor %}
    placed.is_institution
    or coalesce(placed.uprn::varchar in (select shared from surnames_of where what = 'uprn'), false)
    or coalesce(placed.door in (select shared from surnames_of where what = 'door'), false) as is_shared_address
from placed
left join repeats on placed.source is not distinct from repeats.source
left join names on placed.first_name = names.first_name and placed.surname = names.surname

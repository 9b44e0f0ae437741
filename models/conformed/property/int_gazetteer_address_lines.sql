-- int_gazetteer_address_lines.sql
-- One row an address that a gazetteer sends in one line, taken apart into what BS 7666 keeps apart; none for a line without a street.
with

lines as (

    select distinct address_as_sent
    from {{ ref('int_gazetteer_lpis') }}
    where address_as_sent is not null and street_description is null and usrn is null

),

words as (

    select * from {{ ref('address_words') }}

),

split as (

    select
        address_as_sent,
        list_filter(
            regexp_split_to_array(
                regexp_replace(address_as_sent, '[\s,]*{{ postcode_pattern() }}\s*$', '', 'i'), '\s*[,;\n\r]+\s*'
            ),
            lambda part: trim(part) <> ''
        ) as parts
    from lines

),

parts as (

    select
        address_as_sent,
        parts,
        generate_subscripts(parts, 1) as nth,
        trim(unnest(parts)) as part
    from split

),

-- A street ends with its type, `High Street`, or has a number before it, `12 The Cut`; a door is told by a word, `Flat`, `Floor`.
told as (

    select
        parts.*,
        regexp_extract(
            parts.part,
            '^(\d+)([A-Za-z]?)(?:\s*[-/–]\s*(\d+)([A-Za-z]?))?\s+(\D.*)$',
            ['start_number', 'start_suffix', 'end_number', 'end_suffix', 'street']
        ) as numbered,
        exists(
            select 1 from words
            where words.kind = 'street' and words.written = upper(regexp_extract(parts.part, '([^\s.]+)\.?$', 1))
        ) as is_typed,
        exists(
            select 1 from words
            where
                words.kind in ('unit', 'floor')
                and words.written in (
                    upper(regexp_extract(parts.part, '^([^\s\d]+)', 1)),
                    upper(regexp_extract(parts.part, '([^\s.]+)\.?$', 1))
                )
        ) as is_unit
    from parts

),

streets as (

    select
        *,
        numbered.street <> '' and not is_unit as is_numbered
    from told
    where is_numbered or is_typed
    qualify
        row_number() over (
            partition by address_as_sent
            order by (is_numbered and is_typed) desc, is_numbered desc, nth desc
        ) = 1

),

doors as (

    select
        told.address_as_sent,
        list(told.part order by told.nth asc) filter (where told.is_unit) as units,
        list(told.part order by told.nth asc) filter (where not told.is_unit and regexp_matches(told.part, '[^\d\W]{2}')) as names,
        max_by(told.part, told.nth) filter (where regexp_full_match(told.part, '\d+[A-Za-z]?')) as number
    from told
    inner join streets on told.address_as_sent = streets.address_as_sent
    where told.nth < streets.nth
    group by told.address_as_sent

),

objects as (

    select
        streets.address_as_sent,
        streets.numbered,
        streets.part as street,
        streets.parts[streets.nth + 1:] as places,
        coalesce(doors.units[1], case when len(doors.names) > 1 then doors.names[1] end) as secondary,
        doors.names[-1] as pao_text,
        case when streets.numbered.street = '' then doors.number end as number
    from streets
    left join doors on streets.address_as_sent = doors.address_as_sent

),

numbers as (

    select
        *,
        regexp_extract(
            secondary,
            '^(.*?)\s*\b(\d+)([A-Za-z]?)(?:\s*[-/–]\s*(\d+)([A-Za-z]?))?$',
            ['text', 'start_number', 'start_suffix', 'end_number', 'end_suffix']
        ) as door
    from objects

)

select
    address_as_sent,
    case when door.start_number <> '' then nullif(door.text, '') else secondary end as sao_text,
    try_cast(door.start_number as integer) as sao_start_number,
    nullif(door.start_suffix, '') as sao_start_suffix,
    try_cast(door.end_number as integer) as sao_end_number,
    nullif(door.end_suffix, '') as sao_end_suffix,
    pao_text,
    try_cast(coalesce(nullif(numbered.start_number, ''), regexp_extract(number, '^\d+')) as integer) as pao_start_number,
    coalesce(nullif(numbered.start_suffix, ''), nullif(regexp_extract(number, '[A-Za-z]$'), '')) as pao_start_suffix,
    try_cast(numbered.end_number as integer) as pao_end_number,
    nullif(numbered.end_suffix, '') as pao_end_suffix,
    coalesce(nullif(numbered.street, ''), street) as street_description,
    case when len(places) > 1 then places[1] end as locality,
    places[-1] as town
from numbers

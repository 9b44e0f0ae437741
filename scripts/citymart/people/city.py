"""A generated city as a labelled set: the records of people in its mart, and the true person of each."""

from __future__ import annotations

from pathlib import Path

from ..city_truth import expect_some, opened

TABLES = {"printed": "printed/*/*/*", "dirt": "dirt/*/*/*", "parties": "council_tax_parties/*"}
FIELDS = "name|title|birth|nhs|nino|phone|email|address|postcode|uprn|gender"
"""What a field's name holds that says who a person is."""


def labelled(database: Path, truth: Path, file: Path) -> None:
    """Writes to `file` (Parquet) the records of the mart's `int_person_records` with `person_id` from the
    truth of the generated city and the `kind` of dirt (`clean`, or `several` where there is more).

    Raises `UsageError` where there is no truth in the folder or no built mart, `CityMartError` where the mart
    is not of that city.
    """
    with opened(database, truth, TABLES) as con:
        con.execute(
            f"""
            copy (
                with dirty as (
                    select
                        provider, subject, file, row_number,
                        case when count(distinct kind) > 1 then 'several' else any_value(kind) end as kind
                    from dirt where regexp_matches(field, '{FIELDS}') group by all
                ),
                records as (
                    select people.*, printed.true_person_id, printed.file
                    from conformed.int_person_records as people
                    inner join landing.extracts on people.extract_id = extracts.extract_id
                    left join printed
                        on printed.provider = extracts.provider_code and printed.subject = extracts.subject
                        and printed.file = extracts.source_file and printed.row_number = people.row_number
                        and extracts.source_member is null
                ),
                -- A line of council tax names several people: the name tells which of the account's is meant
                of_account as (
                    select
                        records.record_id,
                        arg_max(parties.party_id, jaro_winkler_similarity(
                            lower(parties.name),
                            lower(coalesce(
                                records.name,
                                concat_ws(' ', records.title, records.first_name, records.surname)
                            ))
                        )) as person_id
                    from records
                    inner join parties
                        on records.person_reference in (parties.account_reference, parties.party_reference)
                    where records.subject = 'council_tax'
                    group by records.record_id
                )
                select
                    records.record_id, records.subject as source, records.borough_code as borough,
                    records.title, records.first_name, records.middle_name, records.surname, records.name,
                    records.gender, records.birth_date as dob, records.address, records.postcode,
                    records.uprn,
                    records.nhs_number, records.nino, records.phone, records.email,
                    coalesce(records.true_person_id, of_account.person_id) as person_id,
                    coalesce(dirty.kind, 'clean') as kind
                from records
                left join of_account using (record_id)
                left join dirty
                    on dirty.provider = records.provider_code and dirty.subject = records.subject
                    and dirty.file = records.file and dirty.row_number = records.row_number
                where coalesce(records.true_person_id, of_account.person_id) is not null
                order by record_id
            ) to '{file}'
            """
        )
        expect_some(con, file, database, truth)

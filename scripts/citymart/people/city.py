"""A generated city as a labelled set: the records of people in its mart, and the true person of each."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ..errors import CityMartError, UsageError

FIELDS = "name|title|birth|nhs|nino|phone|email|address|postcode|uprn|gender"
"""What a field's name holds that says who a person is."""


def labelled(database: Path, truth: Path, file: Path) -> None:
    """Writes to `file` (Parquet) the records of the mart's `int_person_records` with `person_id` from the
    truth of the generated city and the `kind` of dirt (`clean`, or `several` where there is more).

    Raises `UsageError` where there is no truth in the folder or no built mart, `CityMartError` where the mart
    is not of that city.
    """
    if not (truth / "printed").is_dir():
        raise UsageError(f"{truth} holds no truth: `citymart sample OUT` writes it beside OUT, to OUT-truth.")
    if not database.is_file():
        raise UsageError(f"There is no {database}: load the city and run `citymart build` first.")
    with duckdb.connect() as con:
        con.execute(f"attach '{database}' as mart (read_only)")
        con.execute("use mart")
        for name, files in {
            "printed": "printed/*/*/*", "dirt": "dirt/*/*/*", "parties": "council_tax_parties/*",
        }.items():  # fmt: skip
            con.execute(
                f"create temp table {name} as"
                f" from read_parquet('{truth}/{files}.parquet', union_by_name = true)"
            )
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
        if not con.execute(f"select count(*) from '{file}'").fetchone()[0]:
            raise CityMartError(f"no record of {database} is one of the city of {truth}: is it another one?")

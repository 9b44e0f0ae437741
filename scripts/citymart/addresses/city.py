"""A generated city as a labelled set: the addresses that its offices printed, and the property of each."""

from __future__ import annotations

from pathlib import Path

from ..city_truth import expect_some, opened

TABLES = {"printed": "printed/*/*/*", "dirt": "dirt/*/*/*"}
FIELDS = "address|postcode|street|town|locality|house|flat|property_n"
"""What a field's name holds that says where a property is."""


def labelled(database: Path, truth: Path, folder: Path) -> tuple[Path, Path]:
    """Writes `gazetteer.parquet` and `labelled.parquet` into `folder` and returns the two, as `evaluate`
    takes them: the gazetteers of the built mart, and a row an address as it is written and property that it
    was of in the truth, with a subject and the kind of dirt (`clean`, or `several` where there is more).

    Raises `UsageError` where there is no truth in the folder or no built mart, `CityMartError` where the mart
    is not of that city.
    """
    gazetteer, addresses = folder / "gazetteer.parquet", folder / "labelled.parquet"
    with opened(database, truth, TABLES) as con:
        con.execute(
            "copy (select borough_code as administrative_area, * exclude (borough_code)"
            f" from conformed.int_gazetteer_addresses) to '{gazetteer}'"
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
                    select
                        found.address_key, found.subject, printed.true_uprn::bigint as true_uprn,
                        coalesce(dirty.kind, 'clean') as kind
                    from conformed.int_record_properties as found
                    inner join landing.extracts on found.extract_id = extracts.extract_id
                    inner join printed
                        on printed.provider = extracts.provider_code and printed.subject = extracts.subject
                        and printed.file = extracts.source_file and printed.row_number = found.row_number
                        and extracts.source_member is null
                    left join dirty
                        on dirty.provider = printed.provider and dirty.subject = printed.subject
                        and dirty.file = printed.file and dirty.row_number = printed.row_number
                    where found.address_key is not null and printed.true_uprn is not null
                )
                select
                    concat_ws('|', records.address_key, records.true_uprn) as record_id,
                    addresses.address, addresses.postcode, addresses.borough_code as borough,
                    case when records.true_uprn in (select uprn from conformed.int_gazetteer_addresses)
                        then records.true_uprn end as truth_uprn,
                    min(records.subject) as subject, min(records.kind) as kind
                from records
                inner join conformed.int_addresses as addresses using (address_key)
                group by all
                order by record_id
            ) to '{addresses}'
            """
        )
        expect_some(con, addresses, database, truth)
    return gazetteer, addresses

"""Which issues the dirt of a generated city must give, by the type that an issue has in the mart."""

from __future__ import annotations

import duckdb

TOLD_AS = {
    "birth_date_placeholder": ("date_placeholder", "date_unreadable"),
    "code_misspelt": ("code_unknown", "code_mended"),
    "coordinates_missing": ("coordinate_missing",),
    "coordinates_swapped": ("coordinate_swapped",),
    "coordinates_zero": ("coordinate_unreadable",),
    "date_impossible": ("date_unreadable",),
    "date_open_ended": ("date_placeholder",),
    "date_placeholder": ("date_placeholder",),
    "doubled": ("record_doubled",),
    "index_column": ("column_unknown",),
    "integer_with_letter": ("number_unreadable",),
    "money_brackets": ("amount_mended",),
    "money_credit": ("amount_mended",),
    "money_long_float": ("amount_mended",),
    "money_minus_behind": ("amount_mended",),
    "money_pound_mangled": ("amount_mended",),
    "name_in_surname": ("name_mended",),
    "nhs_number_shared": ("identifier_shared",),
    "nino_shared": ("identifier_shared",),
    "postcode_cut": ("postcode_unreadable",),
    "postcode_letter_o": ("postcode_mended",),
    "shifted_cells": ("record_rejected",),
    "split_record": ("record_rejected",),
    "too_few_cells": ("record_rejected",),
    "too_many_cells": ("record_rejected",),
    "uprn_exponent": ("uprn_unreadable",),
    "uprn_of_parent": ("uprn_of_building",),
    "uprn_wrong": ("uprn_contradicted", "uprn_in_other_borough", "uprn_unknown"),
    "value_missing": ("value_missing", "date_placeholder"),
}
"""Kind of dirt → types, one of which tells of it. Others are put right without a word, or nobody can know."""
BY_MATCHING = ("uprn_wrong", "uprn_of_parent")
"""Told where the address beside it is found and means another property, which no address does for certain."""
NOT_TOLD = (
    ("electoral_register", "forename"),
    ("gazetteer", "blpu_class"),
    ("housing_benefit", "claim_status"),
)
"""Required fields whose blanks completeness counts, and no issue tells of."""


def plant(con: duckdb.DuckDBPyConnection) -> None:
    """A table `planted`: dirt that must be told of, with what it must be told as and whether it `is_told`.

    Left out is what nobody could tell from the file: a wrong UPRN beside a spoilt address, a blank where none
    need be filled, coordinates that stand in other columns too, what is wrong between records that do not
    count any more.
    """
    con.execute(
        "create or replace temp table told_as as select unnest($1) as kind, unnest($2) as issue_type",
        [
            [kind for kind, of in TOLD_AS.items() for _ in of],
            [each for of in TOLD_AS.values() for each in of],
        ],
    )
    con.execute(
        """
        create or replace temp table told as
        select issues.provider_code as provider, issues.subject, extracts.file, issues.issue_type,
            issues.field, place(extracts.source_member, issues.row_number, issues.line_number) as row_number
        from market.data_issues as issues inner join extracts on issues.extract_id = extracts.extract_id
        """
    )
    con.execute(
        """
        create or replace temp table planted as
        with landed as (
            select distinct extracts.provider, extracts.subject, extracts.file, counts.is_current
            from extracts
            inner join market.extracts as counts on extracts.extract_id = counts.extract_id
        ),
        -- Of the tables that the file is of.
        required as (
            select distinct extracts.provider, extracts.subject, extracts.file, needed.field
            from extracts
            inner join landing.extract_columns as columns on extracts.extract_id = columns.extract_id
            inner join (
                select subject, null as table_name, field from seeds.subject_fields where is_required
                union
                select subject, table_name, field from seeds.subject_tables where presence = 'always'
            ) as needed
                on extracts.subject = needed.subject
                and coalesce(needed.table_name = columns.table_name, true)
        ),
        placed as (
            select extracts.provider, extracts.subject, extracts.file, staged.row_number
            from staging.stg_gazetteer as staged
            inner join extracts on staged.extract_id = extracts.extract_id
            where staged.easting is not null
        ),
        of_address as (
            select distinct provider, subject, file, row_number from dirt
            where field like '%address%' or field in ('postcode', 'street_name')
        ),
        -- A record that stands twice is told of where it stands first, or second.
        twice as (
            select distinct dirt.provider, dirt.subject, dirt.file, printed.row_number, dirt.record_id
            from dirt inner join printed using (provider, subject, file, record_id)
            where dirt.kind = 'doubled'
        )
        select dirt.kind, dirt.provider, dirt.subject, dirt.file, dirt.row_number, dirt.field,
            dirt.printed_value, list_contains($1, dirt.kind) as by_matching,
            exists (
                select 1 from told inner join told_as using (issue_type)
                where told_as.kind = dirt.kind and told.provider = dirt.provider
                    and told.subject = dirt.subject and told.file = dirt.file
                    and case
                        when dirt.expected = 'rejected' or dirt.kind = 'index_column' then true
                        when dirt.kind = 'doubled' then told.row_number in (
                            select twice.row_number from twice
                            where twice.provider = dirt.provider and twice.subject = dirt.subject
                                and twice.file = dirt.file and twice.record_id = dirt.record_id
                        )
                        else told.row_number = dirt.row_number and (
                            told.field = dirt.field
                            or told.field in (select field from told_by where told_by.told_by = dirt.field)
                        )
                    end
            ) as is_told
        from (select distinct * from dirt) as dirt
        inner join landed using (provider, subject, file)
        left join of_address
            on dirt.provider = of_address.provider and dirt.subject = of_address.subject
            and dirt.file = of_address.file and dirt.row_number = of_address.row_number
        where dirt.kind in (select kind from told_as)
            and (
                dirt.printed_value is distinct from dirt.clean_value
                or dirt.kind in ('doubled', 'index_column') or dirt.expected = 'rejected'
            )
            and case
                when list_contains($1, dirt.kind) then of_address.provider is null
                when dirt.kind like 'postcode%' then dirt.field = 'postcode'
                when dirt.kind like '%_shared' then landed.is_current
                when dirt.kind in ('value_missing', 'coordinates_missing')
                    then exists (
                        select 1 from required
                        where required.provider = dirt.provider and required.subject = dirt.subject
                            and required.file = dirt.file and (
                            required.field = dirt.field
                            or required.field in (
                                select field from told_by where told_by.told_by = dirt.field
                            )
                        )
                    )
                    and not exists (
                        select 1 from placed
                        where dirt.kind = 'coordinates_missing' and placed.provider = dirt.provider
                            and placed.subject = dirt.subject and placed.file = dirt.file
                            and placed.row_number = dirt.row_number
                    )
                -- Elsewhere a name that stands whole in one column is read as it is, and nothing is mended.
                when dirt.kind = 'name_in_surname'
                    then dirt.subject = 'electoral_register' and dirt.field = 'surname'
                else true
            end
            and not (dirt.kind = 'value_missing' and list_contains($2, dirt.subject || '.' || dirt.field))
        """,
        [list(BY_MATCHING), [".".join(each) for each in NOT_TOLD]],
    )

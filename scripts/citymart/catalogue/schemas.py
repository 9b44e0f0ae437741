"""The shape of the tables that a publish writes into each file: columns, types and what they mean."""

from __future__ import annotations

import pyarrow as pa

COMMENTS = {
    "products": "One row a product of this file: what it is, who answers for it, what one may do with it.",
    "product_columns": "One row a column of a product: what it means, and what stands in it in this file.",
    "product_scores": "One row a product: how fit it is for use, by a stated rule.",
    "score_history": "One row a score from the release on in which it was first so.",
    "lineage": "One row a step on the way to a product: from where to where.",
    "column_lineage": "One row a step on the way to a column of a product, by value: what stands in it.",
    "release_changes": "One row a product and provider that is not as it was in the release before.",
    "release_notes": "One row a version of a product: what it has brought.",
}
"""Of the tables; those of their columns are `MEANINGS`."""
MEANINGS = {
    "product": "The table: `schema.table` in this file.",
    "title": "Its name for people.",
    "description": "What it holds.",
    "theme": "The part of the city's life that it is of.",
    "grain": "What one row is.",
    "key_column": "The column that is unique.",
    "publisher": "Who publishes it.",
    "contact": "Whom to ask.",
    "licence": "What one may do with it: a name of the licence, or `agreement`.",
    "licence_title": "The licence in words.",
    "licence_url": "Where the licence can be read.",
    "attribution": "What must be said where it is used, beside the publisher's name.",
    "sharing_level": "The highest classification of the columns that are here.",
    "agreements": "Under which agreements it is in this file.",
    "keywords": "Words to find it by.",
    "limits": "What it must not be taken for.",
    "update_rhythm": "How often its newest delivery should come, in words.",
    "days_between_deliveries": "The same in days: that of the subject that comes most often.",
    "subjects": "The deliveries that its rows are of.",
    "providers": "Whose rows are here; empty where rows are nobody's.",
    "data_from": "The earliest day as of which a row holds; null where rows have none.",
    "data_to": "The latest such day; where rows have none, that of the newest delivery that comes to it.",
    "rows": "Rows in this file.",
    "columns": "Columns in this file.",
    "version": "Of the product's shape: MAJOR.MINOR.PATCH; another MAJOR has lost or changed columns.",
    "released_on": "The day of the version.",
    "note": "What the version has brought.",
    "position": "The column's place in the table, from 1.",
    "column_name": "The column.",
    "data_type": "Its type in DuckDB.",
    "unit": "The unit of its numbers (UCUM, or a currency of ISO 4217).",
    "classification": "open, shared, restricted or personal.",
    "code_list": "The list of `market.code_lists` that says what its values mean.",
    "is_key": "No two rows have the same value.",
    "filled_share": "Share of the rows that have a value, from 0 to 1.",
    "distinct_values": "Different values; above a million rows an estimate.",
    "minimum": "The smallest value, as text.",
    "maximum": "The greatest value, as text.",
    "most_frequent": "The values that stand there most often, where there are no more than 50.",
    "rule_version": "Of the rule; scores of two versions do not compare.",
    "freshness": "0 to 100: how new the data is, for its rhythm.",
    "metadata": "0 to 100: how well it is described.",
    "accessibility": "0 to 100: how easily one gets at it.",
    "completeness": "0 to 100: how much of it is filled.",
    "usability": "0 to 100: how well it can be worked with.",
    "score": "0 to 100, weighted 35, 35, 15, 10 and 5 in the order of the columns.",
    "grade": "gold from 80, silver from 60, bronze below.",
    "release_id": "The release, whose manifest tells the rest of it.",
    "provider_code": "Whose data was scored; null for the score of a product.",
    "subject": "Of which deliveries; null for the score of a product.",
    "dimension": "Of `quality_scores`, or of `product_scores`, where `score` is the whole.",
    "category": "The provider or the borough; null for a product whose rows are nobody's.",
    "rows_before": "Rows in the release before.",
    "rows_now": "Rows in this one.",
    "new_rows": "Rows whose key was not there; null for a product without a key.",
    "gone_rows": "Rows whose key is there no more.",
    "changed_rows": "Rows of the same key that say something else, whichever delivery they are of.",
    "reason": "delivery: other files count than before; mapping: layouts or code maps are others; else code.",
    "is_flagged": "More than a tenth of the rows has gone.",
    "from_node": "A provider, a subject, or a table of the build (`conformed.int_properties`).",
    "from_kind": "provider, subject, or the schema of the table.",
    "to_node": "The subject or the table that rests on it; a product under its name here.",
    "to_kind": "subject, or the schema of the table.",
    "from_column": "The column of it; of a subject the field, of a provider the column as it was sent.",
    "to_column": "The column or the field that derives from it: `issues.field` is a field of a struct.",
}


TEXTS = pa.list_(pa.string())
SCHEMAS = {
    "products": pa.schema(
        {
            "product": pa.string(),
            "title": pa.string(),
            "description": pa.string(),
            "theme": pa.string(),
            "grain": pa.string(),
            "key_column": pa.string(),
            "publisher": pa.string(),
            "contact": pa.string(),
            "licence": pa.string(),
            "licence_title": pa.string(),
            "licence_url": pa.string(),
            "attribution": pa.string(),
            "sharing_level": pa.string(),
            "agreements": TEXTS,
            "keywords": TEXTS,
            "limits": pa.string(),
            "update_rhythm": pa.string(),
            "days_between_deliveries": pa.int32(),
            "subjects": TEXTS,
            "providers": TEXTS,
            "data_from": pa.date32(),
            "data_to": pa.date32(),
            "rows": pa.int64(),
            "columns": pa.int32(),
            "version": pa.string(),
            "released_on": pa.date32(),
        }
    ),
    "product_columns": pa.schema(
        {
            "product": pa.string(),
            "position": pa.int32(),
            "column_name": pa.string(),
            "data_type": pa.string(),
            "unit": pa.string(),
            "description": pa.string(),
            "classification": pa.string(),
            "code_list": pa.string(),
            "is_key": pa.bool_(),
            "filled_share": pa.float64(),
            "distinct_values": pa.int64(),
            "minimum": pa.string(),
            "maximum": pa.string(),
            "most_frequent": TEXTS,
        }
    ),
    "product_scores": pa.schema(
        {
            "product": pa.string(),
            "rule_version": pa.string(),
            "freshness": pa.float64(),
            "metadata": pa.float64(),
            "accessibility": pa.float64(),
            "completeness": pa.float64(),
            "usability": pa.float64(),
            "score": pa.float64(),
            "grade": pa.string(),
        }
    ),
    "score_history": pa.schema(
        {
            "release_id": pa.string(),
            "released_on": pa.date32(),
            "product": pa.string(),
            "provider_code": pa.string(),
            "subject": pa.string(),
            "dimension": pa.string(),
            "score": pa.float64(),
            "rule_version": pa.string(),
        }
    ),
    "lineage": pa.schema({name: pa.string() for name in ("from_node", "from_kind", "to_node", "to_kind")}),
    "column_lineage": pa.schema(
        {
            name: pa.string()
            for name in ("from_node", "from_kind", "from_column", "to_node", "to_kind", "to_column")
        }
    ),
    "release_changes": pa.schema(
        {
            "product": pa.string(),
            "category": pa.string(),
            "rows_before": pa.int64(),
            "rows_now": pa.int64(),
            "new_rows": pa.int64(),
            "gone_rows": pa.int64(),
            "changed_rows": pa.int64(),
            "reason": pa.string(),
            "is_flagged": pa.bool_(),
        }
    ),
    "release_notes": pa.schema(
        {"product": pa.string(), "version": pa.string(), "released_on": pa.date32(), "note": pa.string()}
    ),
}

"""A subject's file that does not fit is refused in a sentence that names the file and the key."""

from __future__ import annotations

import pytest
from citymart.sample.spec import SpecError, read_subject

GOOD = """
subject: licences
frequency: monthly
records:
  licences: {key: reference, sql: select 1 as reference, roles: {reference: reference}}
systems:
  one: {extension: csv, tables: {_: {records: licences, columns: {Ref: reference, No: null, Yes: "'on'"}}}}
"""


def read(folder, text):
    path = folder / "licences.yml"
    path.write_text(text, encoding="utf-8")
    return read_subject(path)


def test_names_and_expressions_are_the_texts_they_look_like(tmp_path):
    table = read(tmp_path, GOOD).systems["one"].tables[0]
    assert table.columns == {"Ref": "reference", "No": "null", "Yes": "'on'"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("frequency: monthly", "frequency: weekly", "licences.yml: frequency is 'weekly'; it must be one of"),
        ("frequency: monthly", "frequensy: monthly", "licences.yml: frequensy is not known here"),
        ("subject: licences", "subject: licence", "the file is named licences.yml"),
        ("key: reference, ", "", "licences.yml: records.licences.key is missing"),
        ("reference: reference}}", "reference: number}}", "records.licences.roles.reference is 'number'"),
        ("extension: csv", "extension: pdf", "systems.one.extension is 'pdf'"),
        ("records: licences, c", "records: permits, c", "systems.one.tables._.records is 'permits'"),
        ("{_: {rec", "{21: {rec", "systems.one.tables.21: the name '21' must look like"),
        ("extension: csv", "extension: xml", "systems.one.xml must say root and record"),
        ("systems:", "systems: [", "licences.yml is not valid YAML"),
    ],
)
def test_a_fault_is_told_with_file_and_key(tmp_path, old, new, told):
    assert old in GOOD
    with pytest.raises(SpecError) as error:
        read(tmp_path, GOOD.replace(old, new))
    assert told in str(error.value)

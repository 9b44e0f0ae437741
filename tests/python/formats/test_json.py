"""JSON in its kinds: records as rows, every value as it was written."""

import json

import pytest
from citymart.errors import Refused
from citymart.formats import json_records, open_rows
from hypothesis import given, settings
from hypothesis import strategies as st


def read(tmp_path, content, format="json", **how):
    file = tmp_path / f"delivery.{format}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_rows(file, format, how)


def cells(found):
    return [row for _, row in found.rows]


def test_records_become_rows_under_the_keys_in_order_of_appearance(tmp_path):
    found = read(tmp_path, '[{"b": "x", "a": 1}, {"c": null, "a": true}]')
    assert found.header == ["b", "a", "c"]
    assert list(found.rows) == [(1, ["x", "1", None]), (2, [None, "true", None])]
    assert found.total_lines == 2


def test_nested_objects_are_flattened_and_lists_are_compact_json(tmp_path):
    found = read(
        tmp_path, '[{"site": {"at": {"x": 1.50, "y": null}}, "tags": [1.0, "a b", {"k": []}], "none": {}}]'
    )
    assert dict(zip(found.header, cells(found)[0], strict=True)) == {
        "site.at.x": "1.50",
        "site.at.y": None,
        "tags": '[1.0,"a b",{"k":[]}]',
        "none": None,
    }


def test_a_nested_object_that_is_sometimes_null_makes_no_column_of_its_own(tmp_path):
    assert read(tmp_path, '[{"site": null, "id": 1}, {"site": {"x": 2}, "id": 2}]').header == ["id", "site.x"]


@pytest.mark.parametrize(
    "number", ["1.10", "-0", "-0.0", "1e5", "1E+2", "0.00000001", "123456789012345678901234567890"]
)
def test_a_number_stays_as_it_was_written(tmp_path, number):
    assert cells(read(tmp_path, f'[{{"a": {number}, "b": [{number}]}}]')) == [[number, f"[{number}]"]]


numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=20), st.sampled_from(["", " ", "\n\t"]))
def test_any_number_stays_as_it_was_written(tmp_path_factory, written, space):
    folder = tmp_path_factory.mktemp("json")
    text = "[" + f",{space}".join(f'{{"a":{space}{number}{space}}}' for number in written) + "]"
    assert [row[0] for row in cells(read(folder, text))] == written


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"a": texts, "b": st.lists(texts, max_size=3)}), min_size=1),
    st.integers(1, 64),
)
def test_any_text_survives_wherever_the_file_is_cut_into_pieces(tmp_path_factory, records, chunk):
    folder = tmp_path_factory.mktemp("json")
    passed_over = [{"skipped": records}, *records, "]}", '\\"', -1.5, None]
    text = json.dumps({"other": {"x": passed_over}, "rows": [*records, *records]}, ensure_ascii=False)
    whole = json_records.CHUNK_CHARACTERS
    json_records.CHUNK_CHARACTERS = chunk
    try:
        rows = read(folder, text, record_path="rows")
        found = [dict(zip(rows.header, row, strict=True)) for row in cells(rows)]
    finally:
        json_records.CHUNK_CHARACTERS = whole
    assert [{"a": one["a"], "b": json.loads(one["b"])} for one in found] == records * 2


def test_the_longest_list_inside_an_object_is_taken_and_noted(tmp_path):
    found = read(tmp_path, '{"ok": true, "result": {"fields": [{"n": 1}], "records": [{"a": 1}, {"a": 2}]}}')
    assert found.record_path == "result.records"
    assert cells(found) == [["1"], ["2"]]
    assert found.notes == [
        "Took the list of records, result.records (2); passed over result.fields (1): to land another, "
        "name it with the setting record_path in seeds/layouts/readers.csv."
    ]


def test_a_list_called_as_records_are_is_taken_although_another_is_longer(tmp_path):
    fields = '[{"id": "a"}, {"id": "b"}, {"id": "c"}]'
    found = read(tmp_path, f'{{"result": {{"fields": {fields}, "records": [{{"a": 1}}]}}}}')
    assert found.record_path == "result.records"
    assert cells(found) == [["1"]]
    found = read(tmp_path, f'{{"links": [{{"u": 1}}], "payments": {fields}}}')
    assert found.record_path == "payments", "no list is called so: the longest"


def test_lists_of_the_same_keys_are_one_table(tmp_path):
    text = '{"april": [{"a": 1, "b": 2}], "x": [{"y": 0}], "may": [{"b": 3, "a": 4}, {"a": 5, "b": 6}]}'
    found = read(tmp_path, text)
    assert (found.record_path, found.total_lines) == ("april, may", 3)
    assert list(found.rows) == [(1, ["1", "2"]), (2, ["4", "3"]), (3, ["5", "6"])]
    assert (
        found.notes[0]
        == "Took april (1), may (2), which have the same keys, as one table, one after another."
    )
    assert "Passed over x (1): to land another" in found.notes[1]
    assert list(read(tmp_path, text, record_path="april").rows) == [(1, ["1", "2"])]


def test_a_record_path_names_the_list(tmp_path):
    text = '{"result": {"fields": [{"n": 1}], "records": [{"a": 1}, {"a": 2}]}}'
    assert read(tmp_path, text, record_path="result.fields").header == ["n"]
    with pytest.raises(Refused, match=r"no list of records at result\.rows.*result\.records \(2\)"):
        read(tmp_path, text, record_path="result.rows")


def test_one_object_a_line_is_read_and_numbered(tmp_path):
    found = read(tmp_path, '{"a": 1}\n\n{"a": 2, "b": "x"}\r\n', "ndjson")
    assert found.header == ["a", "b"]
    assert list(found.rows) == [(1, ["1", None]), (2, ["2", "x"])]
    assert found.record_path is None


def test_a_feature_is_its_properties_and_its_geometry(tmp_path):
    found = read(
        tmp_path,
        '{"type": "FeatureCollection", "crs": {"name": "EPSG:27700"}, "features": ['
        '{"type": "Feature", "id": 7, "properties": {"name": "A", "at": {"x": 1}},'
        ' "geometry": {"type": "Point", "coordinates": [-0.10, 51.500]}},'
        '{"type": "Feature", "properties": null, "geometry": null}]}',
        "geojson",
    )
    assert found.header == ["name", "at.x", "feature.id", "geometry"]
    assert cells(found) == [
        ["A", "1", "7", '{"type":"Point","coordinates":[-0.10,51.500]}'],
        [None, None, None, None],
    ]
    assert "EPSG:27700" in found.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_any_form_is_read(tmp_path, encoding):
    assert cells(read(tmp_path, '[{"price in pounds": "£5"}]'.encode(encoding))) == [["£5"]]


def test_a_declared_encoding_is_used(tmp_path):
    assert cells(read(tmp_path, '[{"a": "£5"}]'.encode("cp1252"), encoding="cp1252")) == [["£5"]]


def test_half_a_surrogate_pair_stays_as_its_escape(tmp_path):
    assert cells(read(tmp_path, r'[{"a": "\ud83d", "b": "\ud83d\ude00"}]')) == [["\\ud83d", "😀"]]


BROKEN = [
    ('[{"a": 1}, {"a": 2', r"cut off.*line 1, column 12"),
    ('[{"a": 1},\n {"a": 1 "b": 2}]', r"not valid JSON.*line 2, column 10"),
    ('[{"a": 1},]', r"a value expected.*line 1, column 11"),
    ('[{"a": NaN}]', "NaN is not a JSON value"),
    ('[{"a": 01}]', "not valid JSON"),
    ('[{"a": 1}] trailing', "goes on after the end"),
    ('[{"a": 1, "a": 2}]', "the key 'a' twice"),
    ('{"r": [{"a": 1}], "r": [{"a": 1}]}', "the key 'r' twice"),
    ('[{"a": {"b": 1}, "a.b": 2}]', r"record 1.*two values share the name a\.b"),
    ('[{"a": 1}, 5, {"a": 2}]', "1 values that are no objects among the 2 records"),
    ("[1, 2, 3]", "a list of 3 values that are no objects"),
    ("[]", "a list of 0 values"),
    ('"text"', "a single value"),
    ('{"a": 1, "b": 2}', "one object with the keys 'a', 'b'"),
    ('{"1001": {"a": 1}, "1002": {"a": 2}}', "2 objects keyed by '1001', '1002'"),
    ('{"1001": {"v": [{"a": 1}]}, "1002": {"v": [{"a": 1}, {"a": 2}]}}', "2 objects keyed by '1001', '1002'"),
    ('[{"a": ' + "[" * 50_000 + "]" * 50_000 + "}]", "nested too deep"),
    ('[{"a": ' + '{"b":' * 900 + "1" + "}" * 900 + "}]", "nested too deep|columns"),
    ("[" * 50_000, "cut off"),
    (b'[{"a": "\xff\xfe"}]', "isn't all utf-8 text"),
    ('{"a": "\n"}', "Invalid control character"),
]


@pytest.mark.parametrize(("content", "reason"), BROKEN)
def test_what_is_no_list_of_records_is_refused_with_what_was_found(tmp_path, content, reason):
    with pytest.raises(Refused, match=reason) as refusal:
        found = read(tmp_path, content)
        list(found.rows)
    assert "delivery.json" in str(refusal.value)


def test_a_cut_off_last_line_is_refused_with_its_line(tmp_path):
    with pytest.raises(Refused, match=r"cut off.*line 2, column 1;"):
        read(tmp_path, '{"a": 1}\n{"a": ', "ndjson")


def test_a_record_beyond_all_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(json_records, "RECORD_CHARACTERS", 10_000)
    monkeypatch.setattr(json_records, "CHUNK_CHARACTERS", 1_000)
    with pytest.raises(Refused, match=r"a record of more than .* begun at line 2"):
        read(tmp_path, '[{"a": 1},\n{"a": "' + "x" * 30_000 + '"}]')


def test_an_unknown_encoding_is_refused_by_its_name(tmp_path):
    with pytest.raises(Refused, match="no encoding utf-9"):
        read(tmp_path, "[]", encoding="utf-9")


def test_half_a_surrogate_pair_in_a_key_stays_as_its_escape(tmp_path):
    found = read(tmp_path, '[{"a\\ud800": 1}, {"a\\ud800": 2}]')
    assert found.header == ["a\\ud800"]
    assert cells(found) == [["1"], ["2"]]

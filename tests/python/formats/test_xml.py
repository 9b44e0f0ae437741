"""XML: the element that repeats is the record."""

import pytest
from citymart.errors import Refused
from citymart.formats import open_rows, xml_records

FOOD = """<?xml version="1.0" encoding="utf-8"?>
<FHRSEstablishment xmlns="urn:food">
  <Header><ExtractDate>2024-01-02</ExtractDate><ItemCount>2</ItemCount></Header>
  <EstablishmentCollection>
    <EstablishmentDetail id="1"><Name>A &amp; B</Name><Scores><Hygiene>5</Hygiene><Structural/></Scores>
      <Phone>1</Phone><Phone>2</Phone></EstablishmentDetail>
    <EstablishmentDetail><Name>C</Name><Postcode>N1</Postcode></EstablishmentDetail>
  </EstablishmentCollection>
</FHRSEstablishment>"""


def read(tmp_path, content, **how):
    file = tmp_path / "delivery.xml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_rows(file, "xml", how)


def test_the_repeating_element_is_the_record_and_its_descendants_the_columns(tmp_path):
    found = read(tmp_path, FOOD)
    assert found.record_path == "EstablishmentCollection/EstablishmentDetail"
    assert found.header == ["@id", "Name", "Scores.Hygiene", "Scores.Structural", "Phone", "Postcode"]
    assert list(found.rows) == [
        (1, ["1", "A & B", "5", "", "1 | 2", None]),
        (2, [None, "C", None, None, None, "N1"]),
    ]
    assert found.total_lines == 2


@pytest.mark.parametrize("wanted", ["Header", "FHRSEstablishment/Header", "/Header/"])
def test_a_record_path_names_the_record_with_or_without_the_root(tmp_path, wanted):
    found = read(tmp_path, FOOD, record_path=wanted)
    assert found.header == ["ExtractDate", "ItemCount"]
    assert list(found.rows) == [(1, ["2024-01-02", "2"])]


def test_a_record_path_that_is_not_there_is_refused_with_what_is(tmp_path):
    with pytest.raises(Refused, match="no element Row; it has Header, Header/ExtractDate"):
        read(tmp_path, FOOD, record_path="Row")


def test_attributes_alone_make_a_record(tmp_path):
    found = read(tmp_path, '<rows><row a="1" b="x"/><row b="y"/></rows>')
    assert found.header == ["@a", "@b"]
    assert [row for _, row in found.rows] == [["1", "x"], [None, "y"]]


def test_a_list_inside_records_is_part_of_them_and_noted(tmp_path):
    text = "<r><p><n>1</n><v><d>1</d></v><v><d>2</d></v></p><p><n>2</n><v><d>3</d></v></p></r>"
    found = read(tmp_path, text)
    assert found.record_path == "p"
    assert [row for _, row in found.rows] == [["1", "1 | 2"], ["2", "3"]]
    assert "p/v (3) stands more than once in a record" in found.notes[0]
    assert [row for _, row in read(tmp_path, text, record_path="p/v").rows] == [["1"], ["2"], ["3"]]


def test_applications_with_documents_each_are_the_records(tmp_path):
    documents = '<document><d a="1"/></document>' * 2
    found = read(tmp_path, "<r>" + f'<app id="x">{documents}</app>' * 3 + "</r>")
    assert (found.record_path, found.total_lines) == ("app", 3)


def test_what_only_wraps_a_list_is_no_record(tmp_path):
    page = '<page><row a="1"/><row a="2"/></page>'
    found = read(tmp_path, f"<r>{page * 2}</r>")
    assert (found.record_path, found.total_lines) == ("page/row", 4)


def test_the_longer_of_two_lists_side_by_side_is_taken_and_noted(tmp_path):
    fields, records = '<f n="1"/>' * 2, '<p n="1"/>' * 3
    found = read(tmp_path, f"<r><head>{fields}</head><all>{records}</all></r>")
    assert found.record_path == "all/p"
    assert "passed over head/f (2)" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "record_path", "header"),
    [
        ('<p><cat code="a"/></p>', "cat", ["@code"]),
        ("<p><cat><code>a</code></cat></p>", "cat", ["code"]),
        ("<p><status>ok</status><cats><cat><code>a</code><n/></cat></cats></p>", "cats/cat", ["code", "n"]),
        ("<p><cat><code>a</code><at><x>1</x></at></cat></p>", "cat", ["code", "at.x"]),
    ],
)
def test_a_single_record_is_read(tmp_path, text, record_path, header):
    found = read(tmp_path, text)
    assert (found.record_path, found.header, found.total_lines) == (record_path, header, 1)


def test_nil_is_null_and_text_around_children_is_kept(tmp_path):
    found = read(
        tmp_path,
        '<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><p><a xsi:nil="true"/>'
        "<b>one<br/>two</b></p><p><a> 1 </a></p></r>",
    )
    assert found.header == ["a", "b", "b.br"]
    assert [row for _, row in found.rows] == [[None, "one two", ""], [" 1 ", None, None]]


def test_a_declared_code_page_is_used(tmp_path):
    text = '<?xml version="1.0" encoding="windows-1252"?><r><p><a>£5</a></p><p><a>6</a></p></r>'
    assert next(read(tmp_path, text.encode("cp1252")).rows) == (1, ["£5"])


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BROKEN = [
    (f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><r><p><a>&l9;</a></p></r>', "entities"),
    ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><p><a>&x;</a></p></r>', "entities"),
    ("<r><p><a>1</a></p>\n<p><a>2</p></r>", r"mismatched tag.*line 2, column 10"),
    ("<r><p><a>1</a></p><p><a>2", "not valid XML"),
    ('<?xml version="1.0" encoding="klingon"?><r/>', "can't be read as XML|not valid XML"),
    ("<r><p>1</p></r>", "no element with content repeats"),
    ("<r><p><a>1</a></p><q><b>1</b></q></r>", "no element with content repeats"),
    ("<r/>", "nothing but r"),
    ("<a>" * 500 + "</a>" * 500, "not a table"),
]


@pytest.mark.parametrize(("content", "reason"), BROKEN)
def test_broken_or_hostile_xml_is_refused_with_its_reason(tmp_path, content, reason):
    with pytest.raises(Refused, match=reason) as refusal:
        list(read(tmp_path, content).rows)
    assert "delivery.xml" in str(refusal.value)


def test_an_element_without_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_records, "RECORD_BYTES", 200_000)
    with pytest.raises(Refused, match="an element of more than"):
        read(tmp_path, "<r><p><a>1</a></p><p><a>" + "x" * 1_000_000 + "</a></p></r>")


@pytest.mark.parametrize("chunk", [1, 7, 1 << 16])
def test_a_text_is_whole_wherever_the_file_is_cut_while_reading(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(xml_records, "CHUNK_BYTES", chunk)
    found = read(
        tmp_path, "<r><p><a>one &amp; two<!-- aside --> three</a></p><p><b>four<c/>five six</b></p></r>"
    )
    assert [row for _, row in found.rows] == [["one & two three", None, None], [None, "four five six", ""]]


def test_one_element_of_two_namespaces_is_one_column(tmp_path):
    found = read(tmp_path, '<r><p><a xmlns="urn:x">1</a></p><p><a>2</a></p></r>')
    assert (found.header, list(found.rows)) == (["a"], [(1, ["1"]), (2, ["2"])])

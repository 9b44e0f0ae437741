"""Each parse macro against its table of cases, `tests/parse/<macro>.csv`, written by hand.

In a table `∅` is null, `\\r`, `\\u00a0` and the like are the characters that they name, and each column but
`as_sent`, `expected` and `why` is a further argument of the macro.
"""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[3]
MACROS = ROOT / "macros/parse"
CASES = ROOT / "tests/parse"

# Parts of other macros: they take what a macro with a table hands them, and its cases go through them.
PARTS = {"plain_text", "date_text", "date_of_parts", "full_year", "month_number", "serial_date", "epoch_date",
         "summer_midnight", "read_date", "null_words", "placeholder_dates", "postcode_pattern",
         "postcode_slips_mended", "name_titles"}  # fmt: skip


def names():
    return sorted(path.stem for path in MACROS.glob("*.sql"))


def parsers():
    return [name for name in names() if name not in PARTS]


def meant(cell):
    """The value that a cell of a table stands for."""
    if cell == "∅":
        return None
    named = {"r": "\r", "n": "\n", "t": "\t"}
    return re.sub(
        r"\\(?:u([0-9a-f]{4})|([rnt]))", lambda escape: named.get(escape[2]) or chr(int(escape[1], 16)), cell
    )


def cases(name):
    with open(CASES / f"{name}.csv", encoding="utf-8", newline="") as file:
        return [{column: meant(cell) for column, cell in row.items()} for row in csv.DictReader(file)]


def expression(macros, name, arguments=()):
    """The SQL of a macro over the columns `as_sent` and those named in `arguments`."""
    columns = {argument: argument for argument in arguments}
    parsers = {"date_issue": "parse_date", "amount_issue": "parse_money", "postcode_issue": "parse_postcode",
               "number_issue": "parse_count"}  # fmt: skip
    if name in parsers:
        columns["parsed"] = getattr(macros, parsers[name])("as_sent", **columns)
    return getattr(macros, name)("as_sent", **columns)


@pytest.mark.parametrize("name", names())
def test_every_macro_has_a_table_of_cases_or_is_part_of_one_that_has(name):
    assert name in PARTS or (CASES / f"{name}.csv").exists(), f"write tests/parse/{name}.csv"


@pytest.mark.parametrize("name", parsers())
def test_every_case_comes_out_as_expected(name, macros, answers):
    table = cases(name)
    arguments = [column for column in table[0] if column not in ("as_sent", "expected", "why")]
    inputs = [{column: row[column] for column in ["as_sent", *arguments]} for row in table]
    # As text, so that 1.50 and 1.5 differ where the type should say so.
    found = answers(f"cast({expression(macros, name, arguments)} as varchar)", inputs)
    wrong = [(row, answer) for row, answer in zip(table, found, strict=True) if answer != row["expected"]]
    assert not wrong, "\n".join(
        f"{name}({row['as_sent']!r}) is {answer!r}, not {row['expected']!r}: {row['why']}"
        for row, answer in wrong
    )


@pytest.mark.parametrize("name", parsers())
def test_every_table_says_what_comes_of_null_and_of_blank(name):
    assert {None, ""} <= {row["as_sent"] for row in cases(name)}


# Digits and marks in the mixtures that parsers stumble over, and any text at all.
TEXTS = st.one_of(
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore").decode()),
    st.text(alphabet="0123456789-/.,: £()%<>TZEJanFebCRha\u00a0\u2212\x00", max_size=24),
    st.builds("{}/{}/{}".format, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99999)),
    st.builds("{}-{}-{}T23:00:00Z".format, st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99)),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
)
FORMATS = st.sampled_from([None, "dmy", "mdy", "ymd", "excel_serial", "epoch_ms", "no such"])


@pytest.mark.parametrize("name", parsers())
@given(sent=st.lists(st.tuples(TEXTS, FORMATS), min_size=200, max_size=200))
@settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_no_text_at_all_makes_a_macro_raise(name, macros, answers, sent):
    takes_format = "format" in getattr(macros, name).arguments
    rows = [{"as_sent": text} | ({"format": format} if takes_format else {}) for text, format in sent]
    assert len(answers(expression(macros, name, ["format"] if takes_format else []), rows)) == 200


def test_what_sqlfluff_reads_instead_of_a_macro_takes_what_the_macro_takes():
    """The stand-ins of `scripts/sqlfluff`: one whose macro has gone or changed would hide what it is."""
    pattern = re.compile(r"{%-?\s*macro\s+(\w+)\(([^%]*?)\)\s*-?%}", re.DOTALL)

    def parameters(*files):
        return {
            name: [parameter.split("=")[0].strip() for parameter in given.split(",") if parameter.strip()]
            for file in files
            for name, given in pattern.findall(file.read_text("utf-8"))
        }

    real = parameters(*(ROOT / "macros").glob("*/*.sql"))
    short = parameters(ROOT / "scripts/sqlfluff/short_macros.sql")
    assert short and {name: real.get(name) for name in short} == short

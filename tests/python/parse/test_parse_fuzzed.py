"""Values against the parse macros: nothing makes one raise, and what one gives it reads back as the same.

`FUZZ=N` tries N values for each macro.
"""

from __future__ import annotations

import csv
import random
import re
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from citymart.people import sql_models
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mutations import INPUTS, TOKENS, spoilt_text

CASES = Path(__file__).parents[2] / "parse"
AT_ONCE = 50_000
VALUES = INPUTS or 1_000

# What a macro gives is a form that it takes: read again, it is the same.
READ_BACK = ("clean_text", "energy_rating", "find_postcode", "parse_boolean", "parse_count", "parse_date",
             "parse_decimal", "parse_email", "parse_integer", "parse_money", "parse_nhs_number", "parse_nino",
             "parse_phone", "parse_postcode", "parse_timestamp", "parse_uprn")  # fmt: skip
FORMATS = (None, "dmy", "mdy", "ymd", "excel_serial", "epoch_ms", "no such")


def parsers() -> list[str]:
    """The macros of a text alone, or of a text and its format."""
    return sorted(
        path.stem
        for path in CASES.glob("*.csv")
        if set(getattr(sql_models.macros(), path.stem).arguments[1:]) <= {"format"}
    )


def sent(name: str) -> list[str]:
    """What the tables of cases have seen, for a start: the macro's own twice."""
    own, others = [], []
    for path in sorted(CASES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found = [row["as_sent"] for row in csv.DictReader(file)]
        (own if path.stem == name else others).extend(found)
    texts = own * (1 + len(others) // max(len(own), 1)) + others
    return [re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text) for text in texts]


@pytest.mark.parametrize("name", parsers())
def test_nothing_makes_a_macro_raise_and_what_it_gives_it_reads_back(name, macros, answers):
    r, texts = random.Random(f"values {name}"), sent(name)
    takes_format = "format" in getattr(macros, name).arguments
    more = {"format": "format"} if takes_format else {}
    sql = f"cast({getattr(macros, name)('as_sent', **more)} as varchar)"
    tried = 0
    while tried < VALUES:
        rows = [
            {"as_sent": spoilt_text(r, r.choice(texts) if r.random() < 0.9 else r.choice(TOKENS))}
            | ({"format": r.choice(FORMATS)} if takes_format else {})
            for _ in range(min(AT_ONCE, VALUES - tried))
        ]
        found = answers(sql, rows)
        assert len(found) == len(rows)
        if name in READ_BACK:
            read = [(row, given) for row, given in zip(rows, found, strict=True) if given is not None]
            again = answers(sql, [row | {"as_sent": given} for row, given in read]) if read else []
            wrong = [
                (row, given, back) for (row, given), back in zip(read, again, strict=True) if given != back
            ]
            assert not wrong, f"{len(wrong)} of {len(read)}, such as {wrong[:3]}"
        tried += len(rows)


DAYS = st.dates(date(1901, 1, 2), date(2098, 12, 30))
MOMENTS = (
    st.datetimes(datetime(1951, 1, 1, 0, 0, 1), datetime(2049, 12, 30))
    .map(lambda moment: moment.replace(microsecond=0))
    .filter(lambda moment: moment.time() != time())
)  # midnight is how a system writes a day only
PENCE = st.integers(-(10**11), 10**11)
ORDINAL = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}

DATE_FORMS = {
    "ISO": lambda d: f"{d:%Y-%m-%d}",
    "ISO with a time": lambda d: f"{d:%Y-%m-%d} 14:30:00",
    "day first": lambda d: f"{d:%d/%m/%Y}",
    "day first, without noughts": lambda d: f"{d.day}/{d.month}/{d.year}",
    "dashes": lambda d: f"{d:%d-%m-%Y}",
    "points": lambda d: f"{d:%d.%m.%Y}",
    "blanks": lambda d: f"{d:%d %m %Y}",
    "month by name": lambda d: f"{d:%d-%b-%Y}",
    "month in capitals": lambda d: f"{d:%d-%b-%Y}".upper(),
    "month in full": lambda d: f"{d.day} {d:%B %Y}",
    "ordinal": lambda d: f"{d.day}{ORDINAL.get(d.day, 'th')} of {d:%B %Y}",
    "month first, by name": lambda d: f"{d:%B} {d.day}, {d.year}",
    "weekday in front": lambda d: f"{d:%A, %d %B %Y}",
    "digits": lambda d: f"{d:%Y%m%d}",
    "in quotes": lambda d: f'"{d:%d/%m/%Y}"',
    "blanks around": lambda d: f"\u00a0 {d:%d/%m/%Y} ",
}
MONEY_FORMS = {
    "plain": lambda p: f"{p:.2f}",
    "thousands": lambda p: f"{p:,.2f}",
    "pounds": lambda p: f"{'-' if p < 0 else ''}£{abs(p):,.2f}",
    "sign after the pound": lambda p: f"£{p:,.2f}",
    "brackets": lambda p: f"({abs(p):,.2f})" if p < 0 else f"{p:,.2f}",
    "trailing minus": lambda p: f"{abs(p):.2f}{'-' if p < 0 else ''}",
    "credit": lambda p: f"{abs(p):,.2f} {'CR' if p < 0 else 'DR'}",
    "code in front": lambda p: f"GBP {p:,.2f}",
    "U+2212": lambda p: f"{p:.2f}".replace("-", "\u2212"),
    "spreadsheet's text": lambda p: f"'{p:.2f}",
    "no-break spaces": lambda p: f"{p:,.2f}".replace(",", "\u00a0"),
}
MOMENT_FORMS = {
    "ISO": lambda m: f"{m:%Y-%m-%dT%H:%M:%S}",
    "database": lambda m: f"{m:%Y-%m-%d %H:%M:%S}.000",
    "day first": lambda m: f"{m:%d/%m/%Y %H:%M:%S}",
    "month by name": lambda m: f"{m:%d-%b-%Y %H:%M:%S}",
}


def _nhs(nine: str) -> str | None:
    check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(nine)) % 11
    number = f"{nine}{check % 11}"
    return None if check == 10 or len(set(number)) == 1 else number


NHS = st.text("0123456789", min_size=9, max_size=9).map(_nhs).filter(bool)
NHS_FORMS = {
    "plain": str,
    "card": lambda n: f"{n[:3]} {n[3:6]} {n[6:]}",
    "hyphens": lambda n: f"{n[:3]}-{n[3:6]}-{n[6:]}",
    "no-break": lambda n: f"{n[:3]}\u00a0{n[3:6]}\u00a0{n[6:]}",
    "float": lambda n: f"{n}.0",
    "text": lambda n: f"'{n}",
}
# Leading noughts are lost in a float, which then is no number of ten digits.
UPRN_FORMS = {
    "plain": str,
    "padded": lambda u: f"{u:012d}",
    "float": lambda u: f"{u}.0",
    "text": lambda u: f"'{u}",
    "blanks around": lambda u: f" {u} ",
}
POSTCODES = st.builds(
    "{}{} {}{}{}".format,
    st.sampled_from(
        ("E", "N", "W", "SE", "SW", "NW", "CR", "IG", "EN", "HA", "UB", "TW", "KT", "SM", "BR", "RM")
    ),
    st.integers(1, 19),
    st.integers(0, 9),
    st.sampled_from("ABDEFGHJLNPQRSTUWXYZ"),
    st.sampled_from("ABDEFGHJLNPQRSTUWXYZ"),
)
POSTCODE_FORMS = {
    "plain": str,
    "small": str.lower,
    "run together": lambda p: p.replace(" ", ""),
    "two blanks": lambda p: p.replace(" ", "  "),
    "no-break": lambda p: p.replace(" ", "\u00a0"),
    "full stop": lambda p: f"{p}.",
}

PRINTED = [
    *(("parse_date", form, DAYS, show, str) for form, show in DATE_FORMS.items()),
    *(("parse_money", form, PENCE.map(lambda p: Decimal(p) / 100), show, lambda p: f"{p:.2f}")
      for form, show in MONEY_FORMS.items()),
    *(("parse_timestamp", form, MOMENTS, show, str) for form, show in MOMENT_FORMS.items()),
    *(("parse_nhs_number", form, NHS, show, str) for form, show in NHS_FORMS.items()),
    *(("parse_uprn", form, st.integers(1, 10**12 - 1), show, str) for form, show in UPRN_FORMS.items()),
    *(("parse_postcode", form, POSTCODES, show, str) for form, show in POSTCODE_FORMS.items()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "show", "meant"),
    [(name, *rest) for name, _, *rest in PRINTED],
    ids=[f"{name}-{form}" for name, form, *_ in PRINTED],
)
def test_what_is_printed_in_any_form_reads_as_what_was_meant(name, values, show, meant, macros, answers):
    more = {"format": "cast(null as varchar)"} if "format" in getattr(macros, name).arguments else {}
    sql = f"cast({getattr(macros, name)('as_sent', **more)} as varchar)"

    @given(st.lists(values, min_size=50, max_size=50))
    @settings(
        max_examples=3 + INPUTS // 5_000,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def reads(printed):
        found = answers(sql, [{"as_sent": show(value)} for value in printed])
        assert found == [meant(value).replace("-0.00", "0.00") for value in printed]

    reads()

"""Which delivery a file is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from citymart.deliveries import Declared, find_deliveries, parse_as_of, parse_period, why_passed_over
from citymart.errors import UsageError


def sent(tmp_path: Path, *names: str) -> Path:
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-31", date(2024, 3, 31)),
        ("20240331", date(2024, 3, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2024", date(2024, 12, 31)),
        ("2024-25", date(2025, 3, 31)),
        ("2024-2025", date(2025, 3, 31)),
        ("1999-00 Q4", date(2000, 3, 31)),
        ("2024-25 Q1", date(2024, 6, 30)),
        ("2011-12", date(2011, 12, 31)),
        ("2011-12_q3", date(2011, 12, 31)),
        ("2011-2012", date(2012, 3, 31)),
    ],
)
def test_an_as_of_date_is_the_last_day_of_what_is_written(text, day):
    assert parse_as_of(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/03/2024",
        "2024-13",
        "2024-26",
        "2024-2024",
        "2024-25 Q5",
        "2024-02-30",
        "2024-3-1",
        "202403",
        None,
    ],
)
def test_what_is_no_date_is_refused_with_the_forms_that_are(text):
    with pytest.raises(UsageError, match=r"2024-03-31|calendar"):
        parse_as_of(text)


@pytest.mark.parametrize(
    ("option", "value"),
    [("as_of", "2026-31-01"), ("period", "2026-31-01..2026-02-01")],
)
def test_a_wrong_date_is_told_with_its_option_and_the_form_of_a_day(tmp_path, option, value):
    file = sent(tmp_path, "camden/spending/2026-01-31.csv") / "camden/spending/2026-01-31.csv"
    with pytest.raises(UsageError) as told:
        find_deliveries([file], declared=Declared(**{option: value}))
    named = "--" + option.replace("_", "-")
    assert str(told.value) == (
        f"{named}: '2026-31-01' is not a day of the calendar; a day is written YYYY-MM-DD; "
        "did you mean 2026-01-31?"
    )


def test_a_wrong_date_in_a_name_is_told_with_the_file(tmp_path):
    file = sent(tmp_path, "camden/spending/2026-02-30.csv") / "camden/spending/2026-02-30.csv"
    with pytest.raises(UsageError, match=r"^2026-02-30\.csv: '2026-02-30' is not a day .* YYYY-MM-DD[.]$"):
        find_deliveries([file])


def test_a_wildcard_that_nobody_has_expanded_is_told(tmp_path):
    with pytest.raises(UsageError, match="The shell expands a wildcard only where it is not in quotes"):
        find_deliveries([tmp_path / "*.csv"])
    with pytest.raises(UsageError, match=r"There is no file or folder '[^']*/none.csv'[.]$"):
        find_deliveries([tmp_path / "none.csv"])


def test_the_nearest_provider_is_named_for_one_that_does_not_exist(tmp_path):
    file = sent(tmp_path, "hackny/spending/2026-01-31.csv") / "hackny/spending/2026-01-31.csv"
    with pytest.raises(UsageError, match=r"no provider 'hackny'; did you mean 'hackney'\?"):
        find_deliveries([file])


def test_a_period_is_a_month_or_two_days():
    assert parse_period("2012-06") == (date(2012, 6, 1), date(2012, 6, 30))
    assert parse_period("2012-06-03..2012-07-01") == (date(2012, 6, 3), date(2012, 7, 1))
    with pytest.raises(UsageError, match="ends before"):
        parse_period("2012-07..2012-06")


def test_the_path_says_who_what_and_when(tmp_path):
    folder = sent(tmp_path, "a/b/camden/brownfield_land/2024-03-31-final.csv")
    found, passed_over = find_deliveries([folder])
    assert not passed_over
    assert [(d.provider, d.subject, d.as_of) for d in found] == [
        ("camden", "brownfield_land", date(2024, 3, 31))
    ]


def test_a_month_in_the_name_of_an_append_delivery_is_also_its_period(tmp_path):
    folder = sent(tmp_path, "camden/spending/2012-06.csv", "camden/brownfield_land/2012-06.csv")
    found = {d.subject: d for d in find_deliveries([folder])[0]}
    assert found["spending"].period_from == date(2012, 6, 1)
    assert found["brownfield_land"].period_from is None


def test_options_win_over_the_path(tmp_path):
    folder = sent(tmp_path, "whatever.csv")
    declared = Declared("camden", "spending", "2012-07-02", "2012-06")
    found = find_deliveries([folder / "whatever.csv"], declared=declared)[0][0]
    assert (found.as_of, found.period_to) == (date(2012, 7, 2), date(2012, 6, 30))


def test_files_that_belong_to_nobody_are_passed_over_and_told(tmp_path):
    folder = sent(tmp_path, "README.md", "camden/spending/2012-06.csv", ".hidden/camden/spending/2012-06.csv")
    found, passed_over = find_deliveries([folder])
    assert [d.path.name for d in found] == ["2012-06.csv"]
    assert [path.name for path in passed_over] == ["README.md"]


def test_an_undated_file_among_deliveries_is_not_passed_over(tmp_path):
    found, _ = find_deliveries([sent(tmp_path, "camden/spending/june.csv")])
    assert "date" in found[0].problem


@pytest.mark.parametrize("name", ["2024-25 Q1.csv", "2024-25-q1 final.csv"])
def test_a_quarter_of_a_financial_year_is_the_period_of_an_append_delivery(tmp_path, name):
    found = find_deliveries([sent(tmp_path, f"camden/spending/{name}")])[0][0]
    assert (found.as_of, found.period_from, found.period_to) == (
        date(2024, 6, 30),
        date(2024, 4, 1),
        date(2024, 6, 30),
    )


def test_files_come_by_date_and_a_correction_after_what_it_corrects(tmp_path):
    names = ["2026-08-31-corrected.csv", "2026-08-31.csv", "20260731.csv", "2026-06 b.csv"]
    folder = sent(tmp_path, *(f"camden/spending/{name}" for name in names), "barnet/spending/2026-09.csv")
    assert [d.path.name for d in find_deliveries([folder])[0]] == [
        "2026-09.csv",
        "2026-06 b.csv",
        "20260731.csv",
        "2026-08-31.csv",
        "2026-08-31-corrected.csv",
    ]


def test_a_linked_folder_is_walked_and_a_link_back_up_is_not(tmp_path):
    elsewhere = sent(tmp_path, "elsewhere/2012-06.csv") / "elsewhere"
    folder = sent(tmp_path / "in", "camden/README.md")
    (folder / "camden" / "spending").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    assert [d.path for d in find_deliveries([folder])[0]] == [folder / "camden" / "spending" / "2012-06.csv"]


def test_a_stray_folder_among_the_walked_stops_nothing_and_is_told_of(tmp_path):
    folder = sent(
        tmp_path, "camden/letters/2012-06.pdf", "notes/spending/readme.txt", "camden/spending/2012-06.csv"
    )
    found, passed_over = find_deliveries([folder])
    assert [d.path.name for d in found] == ["2012-06.csv"]
    letters, notes = why_passed_over(passed_over)
    assert "2012-06.pdf" in letters and "seeds/market/subjects.csv" in letters
    assert "readme.txt" in notes and "seeds/market/providers.csv" in notes


def test_an_unknown_provider_is_answered_with_the_nearest_and_the_seed(tmp_path):
    with pytest.raises(UsageError, match=r"camden.*seeds/market/providers\.csv"):
        find_deliveries([sent(tmp_path, "camdem/spending/2012-06.csv") / "camdem/spending/2012-06.csv"])
    with pytest.raises(UsageError, match=r"camden.*seeds/market/providers\.csv"):
        find_deliveries([tmp_path], declared=Declared(provider="camdem"))


def test_an_unknown_subject_is_answered_with_the_nearest_and_the_seed(tmp_path):
    with pytest.raises(UsageError, match=r"spending.*seeds/market/subjects\.csv"):
        find_deliveries([sent(tmp_path, "camden/spendings/2012-06.csv") / "camden/spendings/2012-06.csv"])


def test_a_file_that_does_not_say_what_it_is_must_be_told(tmp_path):
    with pytest.raises(UsageError, match="--provider"):
        find_deliveries([sent(tmp_path, "june.csv") / "june.csv"])


def test_a_missing_path_is_told(tmp_path):
    with pytest.raises(UsageError, match="no file or folder"):
        find_deliveries([tmp_path / "absent"])


def test_a_manifest_lists_deliveries_beside_it_and_may_have_more_columns(tmp_path):
    folder = sent(tmp_path, "sub/a.csv")
    manifest = folder / "list.csv"
    manifest.write_text(
        "file,provider,subject,as_of,period_from,period_to,expect\r\n"
        "sub/a.csv,camden,spending,2012-07-02,2012-06-01,2012-06-30,loads\r\n"
    )
    found = find_deliveries([], manifest=manifest)[0]
    assert [(d.path, d.provider, d.period_to) for d in found] == [
        (folder / "sub" / "a.csv", "camden", date(2012, 6, 30))
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",camden,spending,2012-07-02", "no file"),
        ("a.csv,camdem,spending,2012-07-02", "camden"),
        ("a.csv,camden,spending,July", "not a date"),
        ("a.csv,camden,spending,2024-03,2024-03,2024-02", "ends"),
    ],
)
def test_a_mistake_in_a_manifest_is_told_with_its_line(tmp_path, row, said):
    manifest = sent(tmp_path, "a.csv") / "list.csv"
    head = "file,provider,subject,as_of,period_from,period_to,note\n"
    manifest.write_text(f'{head},,,,,,\n\na.csv,camden,spending,2024,,,"two\nlines"\n{row}\n')
    with pytest.raises(UsageError, match=rf"list\.csv, line 6.*{said}"):
        find_deliveries([], manifest=manifest)


def test_a_manifest_without_its_columns_says_which(tmp_path):
    manifest = tmp_path / "list.csv"
    manifest.write_text("path,who\n")
    with pytest.raises(UsageError, match="no column file, provider, subject, as_of"):
        find_deliveries([], manifest=manifest)


def test_a_manifest_may_be_written_by_a_spreadsheet_on_windows(tmp_path):
    folder = sent(tmp_path, "sub/a.csv")
    text = "\ufeff File , provider,subject ,as_of,period_from,period_to\r\n"
    text += ".\\sub\\a.csv , camden,spending , 2024-03,2024-03,2024-03\r\n,,,,,\r\n"
    (folder / "list.csv").write_text(text.replace("File", "file"), encoding="utf-8", newline="")
    (found,), _ = find_deliveries([], manifest=folder / "list.csv")
    assert found.path.resolve() == folder / "sub" / "a.csv"
    assert (found.provider, found.subject, found.as_of) == ("camden", "spending", date(2024, 3, 31))
    assert (found.period_from, found.period_to) == (date(2024, 3, 1), date(2024, 3, 31))


def test_a_file_that_a_manifest_lists_and_is_not_there_is_that_line_s_failure_alone(tmp_path):
    folder = sent(tmp_path, "a.csv")
    (folder / "list.csv").write_text(
        "file,provider,subject,as_of\ngone.csv,camden,spending,2024\na.csv,camden,spending,2024\n"
    )
    gone, there = find_deliveries([], manifest=folder / "list.csv")[0]
    assert "there is no file" in gone.problem
    assert there.problem is None

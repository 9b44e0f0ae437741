"""Which delivery a file is: whose, of what, as of when. From its path, from options or from a manifest."""

from __future__ import annotations

import calendar
import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from pathlib import Path

from .errors import UsageError
from .layouts import Seeds

_AS_OF = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?|(\d{2})(\d{2}))?(?![0-9]|-[0-9])")
# 2024-25 and 2024-2025, with or without a quarter; 2011-12 by itself is December 2011.
_FINANCIAL = re.compile(
    r"^(\d{4})-((?:\d{2})?\d{2})(?![0-9]|-[0-9])(?:[\s_-]*Q([1-4])(?![0-9]))?", re.IGNORECASE
)
_PATH = "<provider>/<subject>/<as of, such as 2024-03-31>*.<ext>"
_MANIFEST = ("file", "provider", "subject", "as_of")

# A register that comes into force on the first of the next month is sent before it.
AHEAD = timedelta(days=31)


@dataclass(frozen=True)
class Delivery:
    """One file that a provider sent. `problem` says why it can't be loaded although its owner is known."""

    path: Path
    provider: str
    subject: str
    as_of: date | None
    period_from: date | None = None
    period_to: date | None = None
    problem: str | None = None

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Declared:
    """What the command line says of all files alike; None where the path is to say it."""

    provider: str | None = None
    subject: str | None = None
    as_of: str | None = None
    period: str | None = None


def find_deliveries(
    paths: Iterable[str | os.PathLike[str]],
    *,
    manifest: str | os.PathLike[str] | None = None,
    declared: Declared = Declared(),
    seeds: Seeds | None = None,
) -> tuple[list[Delivery], list[Path]]:
    """The deliveries among `paths` (files or folders) and in `manifest`, and the files passed over.

    The files of a folder come by folder, then by as-of date, then by name without its ending, so that
    `2026-08-31.csv` is before `2026-08-31-corrected.csv`. Passed over are those that lie outside any
    `<provider>/<subject>/` of the seeds; hidden files are not even looked at. A file of a manifest that is
    not there is a delivery with a problem.

    Raises `UsageError` when a path does not exist, a declared provider or subject is unknown, or a file that
    was named itself does not say which delivery it is.
    """
    seeds = seeds or Seeds()
    seeds.check(declared.provider or seeds.providers[0], declared.subject or seeds.subjects[0])
    deliveries: list[Delivery] = []
    passed_over: list[Path] = []
    if manifest is not None:
        deliveries += read_manifest(Path(manifest), seeds)
    for given in map(Path, paths):
        if given.is_dir():
            found = []
            for path in _walk(given):
                delivery = _of_path(path, declared, seeds, named=False)
                found.append(delivery) if delivery else passed_over.append(path)
            deliveries += sorted(found, key=_turn)
        elif given.exists():
            deliveries.append(_of_path(given, declared, seeds, named=True))
        else:
            raise no_such_file(given, "file or folder")
    return deliveries, passed_over


def no_such_file(path: Path, what: str = "file") -> UsageError:
    """For a path with a wildcard in it, why nobody has expanded it."""
    hint = ""
    if re.search(r"[*?\[]", str(path)):
        hint = " The shell expands a wildcard only where it is not in quotes, and some file matches it."
    return UsageError(f"There is no {what} {str(path)!r}.{hint}")


def read_manifest(path: Path, seeds: Seeds) -> list[Delivery]:
    """The deliveries that a CSV lists: file (relative to its folder), provider, subject, as_of, period_from,
    period_to.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            names = [name.strip() for name in next(reader, [])]
            rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The manifest {str(path)!r} can't be read: {_plain(error)}.") from None
    if missing := [name for name in _MANIFEST if name not in names]:
        raise UsageError(
            f"The manifest {str(path)!r} has no column {', '.join(missing)}; "
            "it needs file, provider, subject, as_of and may have period_from, period_to."
        )
    deliveries = []
    for number, cells in rows:
        if any(cells):
            row = dict(zip_longest(names, cells[: len(names)], fillvalue=""))
            try:
                deliveries.append(_of_row(path.parent, row, seeds))
            except UsageError as error:
                raise UsageError(f"{path.name}, line {number}: {error}") from None
    return deliveries


def _of_row(folder: Path, row: dict[str, str], seeds: Seeds) -> Delivery:
    if not row["file"]:
        raise UsageError("it names no file.")
    file = folder / row["file"]
    if not file.is_file():
        # As Windows writes paths.
        file = folder / row["file"].replace("\\", "/")
    seeds.check(row["provider"], row["subject"])
    first, last = row.get("period_from", ""), row.get("period_to", "")
    with _told_of("period_from"):
        period_from = _span(first)[0] if first else None
    with _told_of("period_to"):
        period_to = _span(last)[1] if last else None
    if period_from and period_to and period_to < period_from:
        raise UsageError(f"its period ends ({last}) before it begins ({first}).")
    with _told_of("as_of"):
        as_of = parse_as_of(row["as_of"])
    delivery = Delivery(file, row["provider"], row["subject"], as_of, period_from, period_to)
    if not file.is_file():
        return replace(delivery, problem=f"there is no file {str(file)!r}; correct the manifest or send it")
    return delivery


@contextmanager
def _told_of(name: str) -> Iterator[None]:
    """What is wrong with a date is told with the name of the option or column that it stands in."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def parse_as_of(text: str | None) -> date:
    """The last day of `2024-03-31`, `2024-03`, `2024`, `20240331`, or of a financial year, `2024-25 Q3`.

    Raises `UsageError` where it is no date, or begins more than `AHEAD` after today.
    """
    first, last = _span(text)
    if problem := not_yet(first):
        raise UsageError(f"{text!r} {problem}.")
    return last


def not_yet(first: date) -> str | None:
    """What is wrong with a delivery of a day that has not come, or None. It would count as the newest, before
    all true ones, until that day.
    """
    if first <= date.today() + AHEAD:
        return None
    return (
        f"begins after today, {date.today()}: an extract shows a day that has been. Correct the date, or the "
        "clock of this machine"
    )


def begins_with_a_date(name: str) -> bool:
    """Whether a file's name begins like a date, good or not."""
    return bool(_AS_OF.match(name))


def parse_period(text: str) -> tuple[date, date]:
    """First and last day of `2012-06`, `2012` or `2012-06-01..2012-06-30`."""
    first, dots, last = text.partition("..")
    if not dots:
        return _span(first)
    start, end = _span(first)[0], _span(last)[1]
    if end < start:
        raise UsageError(f"The period {text!r} ends before it begins.")
    return start, end


def _span(text: str | None) -> tuple[date, date]:
    text = (text or "").strip()
    first, last, end = _beginning(text) or (None, None, 0)
    if not first or end != len(text):
        raise UsageError(f"{text!r} is not a date; write it as 2024-03-31, 2024-03, 2024 or 20240331.")
    return first, last


def _beginning(text: str) -> tuple[date, date, int] | None:
    """First and last day of the date that the text begins with, and where that ends; None without one.

    Raises `UsageError` for what has the form of a date and is none.
    """
    match = _FINANCIAL.match(text)
    if match and (match[3] or len(match[2]) == 4 or int(match[2]) > 12):
        return *_financial(match, text), match.end()
    match = _AS_OF.match(text)
    return (*_days(match, match[0]), match.end()) if match else None


def _financial(match: re.Match[str], text: str) -> tuple[date, date]:
    """April to March, or the quarter of it."""
    year, end, quarter = int(match[1]), match[2], match[3]
    if not str(year + 1).endswith(end) or not 1 <= year < 9998:
        raise UsageError(
            f"{text!r} begins like neither a day nor a financial year; write the last day that it shows "
            "(2024-03-31), the month (2024-03), the year (2024) or the financial year (2023-24, 2023-24 Q4)."
        )
    if not quarter:
        return date(year, 4, 1), date(year + 1, 3, 31)
    begins = [
        date(year, 4, 1),
        date(year, 7, 1),
        date(year, 10, 1),
        date(year + 1, 1, 1),
        date(year + 1, 4, 1),
    ]
    return begins[int(quarter) - 1], begins[int(quarter)] - timedelta(days=1)


def _days(match: re.Match[str], text: str) -> tuple[date, date]:
    year, month, day = match[1], match[2] or match[4], match[3] or match[5]
    try:
        if day:
            return (found := date(int(year), int(month), int(day))), found
        if month:
            last = calendar.monthrange(int(year), int(month))[1]
            return date(int(year), int(month), 1), date(int(year), int(month), last)
        return date(int(year), 1, 1), date(int(year), 12, 31)
    except (ValueError, calendar.IllegalMonthError):
        turned = f"; did you mean {year}-{day}-{month}?" if _is_day(year, day, month) else "."
        raise UsageError(
            f"{text!r} is not a day of the calendar; a day is written YYYY-MM-DD{turned}"
        ) from None


def _is_day(year: str, month: str | None, day: str | None) -> bool:
    try:
        date(int(year), int(month or 0), int(day or 0))
    except ValueError:
        return False
    return True


def _of_path(path: Path, declared: Declared, seeds: Seeds, *, named: bool) -> Delivery | None:
    folder_provider, folder_subject = _folders(path)
    says_nothing = folder_subject not in seeds.subjects and folder_provider not in seeds.providers
    if named and says_nothing and not (declared.provider and declared.subject):
        raise UsageError(
            f"The path {str(path)!r} does not say which delivery it is: it should end in {_PATH}. "
            "Or say it with --provider, --subject and --as-of, or with --manifest."
        )
    provider = declared.provider or folder_provider
    subject = declared.subject or folder_subject
    if not named and (provider not in seeds.providers or subject not in seeds.subjects):
        return None
    seeds.check(provider, subject)
    delivery = Delivery(path, provider, subject, None)
    if declared.as_of:
        with _told_of("--as-of"):
            delivery = replace(delivery, as_of=parse_as_of(declared.as_of))
    else:
        try:
            found = _beginning(path.name)
        except UsageError as error:
            return _no_date(delivery, str(error), named)
        if found:
            first, last, _ = found
            if problem := not_yet(first):
                return _no_date(delivery, f"the date of its name {problem}", named)
            # A month or a year in the name of an append delivery is what it covers.
            covers = first != last and seeds.deliveries.get(subject) == "append"
            delivery = replace(
                delivery,
                as_of=last,
                period_from=first if covers else None,
                period_to=last if covers else None,
            )
        else:
            return _no_date(
                delivery,
                f"its name does not begin with a date: name it {_PATH.rsplit('/')[-1]}, or give --as-of",
                named,
            )
    if declared.period:
        with _told_of("--period"):
            first, last = parse_period(declared.period)
        delivery = replace(delivery, period_from=first, period_to=last)
    return delivery


def _no_date(delivery: Delivery, problem: str, named: bool) -> Delivery:
    if named:
        raise UsageError(f"{delivery.path.name}: {problem}{'' if problem.endswith(('.', '?')) else '.'}")
    return replace(delivery, problem=problem)


def _folders(path: Path) -> tuple[str, str]:
    """The names of the two folders that it lies in."""
    parts = path.absolute().parts
    return (parts[-3], parts[-2]) if len(parts) >= 3 else ("", "")


def _turn(delivery: Delivery) -> tuple:
    """Its place among the others. A plain sort of names has `-corrected.csv` before `.csv`."""
    path = delivery.path
    return path.parent, delivery.as_of or date.min, path.stem, path.name


def _walk(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[Path]:
    """The files in it and below, links followed as long as they do not lead back up."""
    here = folder.resolve()
    if here in above:
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(f"The folder {str(folder)!r} can't be read: {_plain(error)}.") from None
    entries = [entry for entry in entries if not entry.name.startswith(".")]
    yield from (entry for entry in entries if not entry.is_dir())
    for entry in entries:
        if entry.is_dir():
            yield from _walk(entry, (*above, here))


def why_passed_over(
    paths: Iterable[Path], declared: Declared = Declared(), seeds: Seeds | None = None
) -> list[str]:
    """A sentence a folder: which files of it no delivery was made of, and why."""
    seeds = seeds or Seeds()
    folders: dict[Path, list[Path]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(path)
    told = []
    for folder, files in folders.items():
        provider, subject = _folders(files[0])
        provider, subject = declared.provider or provider, declared.subject or subject
        why = "outside <provider>/<subject>/"
        # One of the two being known, the other is more likely a slip than another kind of folder.
        if provider in seeds.providers or subject in seeds.subjects:
            try:
                seeds.check(provider, subject)
            except UsageError as error:
                why = str(error).rstrip(".")
        told.append(f"Passed over {describe(files)} in {folder}: {why}.")
    return told


def _plain(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def describe(paths: Sequence[Path], limit: int = 3) -> str:
    """A few of the names, and how many more."""
    shown = ", ".join(path.name for path in paths[:limit])
    return shown + (f" and {len(paths) - limit} more" if len(paths) > limit else "")

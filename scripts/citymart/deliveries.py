"""Which delivery a file is: whose, of what, as of when. From its path, from options or from a manifest."""

from __future__ import annotations

import calendar
import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from .errors import UsageError
from .layouts import Seeds

_AS_OF = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?|(\d{2})(\d{2}))?(?![0-9]|-[0-9])")
_PATH = "<provider>/<subject>/<as of, such as 2024-03-31>*.<ext>"
_MANIFEST = ("file", "provider", "subject", "as_of")


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

    Passed over are files in a walked folder that lie outside any `<provider>/<subject>/`, and hidden ones.

    Raises `UsageError` when a path does not exist, a provider or subject is unknown, or a file that was
    named itself does not say which delivery it is.
    """
    seeds = seeds or Seeds()
    deliveries: list[Delivery] = []
    passed_over: list[Path] = []
    if manifest is not None:
        deliveries += read_manifest(Path(manifest), seeds)
    for given in map(Path, paths):
        if given.is_dir():
            for path in _walk(given):
                delivery = _of_path(path, declared, seeds, named=False)
                deliveries.append(delivery) if delivery else passed_over.append(path)
        elif given.exists():
            deliveries.append(_of_path(given, declared, seeds, named=True))
        else:
            raise UsageError(f"There is no file or folder {str(given)!r}.")
    return deliveries, passed_over


def read_manifest(path: Path, seeds: Seeds) -> list[Delivery]:
    """The deliveries that a CSV lists: file (relative to its folder), provider, subject, as_of, period_from,
    period_to.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _MANIFEST if name not in (reader.fieldnames or [])]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The manifest {str(path)!r} can't be read: {_plain(error)}.") from None
    if missing:
        raise UsageError(
            f"The manifest {str(path)!r} has no column {', '.join(missing)}; "
            "it needs file, provider, subject, as_of and may have period_from, period_to."
        )
    deliveries = []
    for number, row in enumerate(rows, 2):
        where = f"{path.name}, line {number}"
        file = path.parent / (row["file"] or "").strip()
        if not file.is_file():
            raise UsageError(f"{where}: there is no file {str(file)!r}.")
        provider, subject = (row["provider"] or "").strip(), (row["subject"] or "").strip()
        try:
            seeds.check(provider, subject)
            deliveries.append(
                Delivery(
                    file,
                    provider,
                    subject,
                    parse_as_of(row["as_of"]),
                    _day(row.get("period_from")),
                    _day(row.get("period_to")),
                )
            )
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from None
    return deliveries


def parse_as_of(text: str | None) -> date:
    """The last day of `2024-03-31`, `2024-03`, `2024` or `20240331`."""
    return _span(text)[1]


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
    match = _AS_OF.match(text)
    if not match or match.end() != len(text):
        raise UsageError(f"{text!r} is not a date; write it as 2024-03-31, 2024-03, 2024 or 20240331.")
    return _days(match, text)


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
        raise UsageError(f"{text!r} is not a day of the calendar.") from None


def _day(text: str | None) -> date | None:
    return _span(text)[1] if (text or "").strip() else None


def _of_path(path: Path, declared: Declared, seeds: Seeds, *, named: bool) -> Delivery | None:
    parts = path.absolute().parts
    folder_provider, folder_subject = (parts[-3], parts[-2]) if len(parts) >= 3 else ("", "")
    says_nothing = folder_subject not in seeds.subjects and folder_provider not in seeds.providers
    if says_nothing and not (declared.provider and declared.subject):
        if not named:
            return None
        raise UsageError(
            f"The path {str(path)!r} does not say which delivery it is: it should end in {_PATH}. "
            "Or say it with --provider, --subject and --as-of, or with --manifest."
        )
    provider = declared.provider or folder_provider
    subject = declared.subject or folder_subject
    seeds.check(provider, subject)
    delivery = Delivery(path, provider, subject, None)
    if declared.as_of:
        delivery = replace(delivery, as_of=parse_as_of(declared.as_of))
    else:
        match = _AS_OF.match(path.name)
        if match:
            try:
                first, last = _days(match, match[0])
            except UsageError as error:
                return _no_date(delivery, str(error), named)
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
        first, last = parse_period(declared.period)
        delivery = replace(delivery, period_from=first, period_to=last)
    return delivery


def _no_date(delivery: Delivery, problem: str, named: bool) -> Delivery:
    if named:
        raise UsageError(f"{delivery.path.name}: {problem.rstrip('.')}.")
    return replace(delivery, problem=problem)


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(here) / name


def _plain(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def describe(paths: Sequence[Path], limit: int = 3) -> str:
    """A few of the names, and how many more."""
    shown = ", ".join(path.name for path in paths[:limit])
    return shown + (f" and {len(paths) - limit} more" if len(paths) > limit else "")

"""`citymart sample`: make a city."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from ..cli import Settings, printable
from ..deliveries import not_yet
from ..errors import UsageError

ALL = "all"
PILOT = "pilot"
MOST_SHOWN = 12
LEFT_OUT = {
    "nothing": "Left out on purpose, nothing sent",
    "late": "Left out on purpose, late",
    "empty": "No file, since there was nothing to send",
}


@click.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option(
    "--boroughs",
    default=ALL,
    metavar="LIST",
    help="Provider codes, a comma between; all, or the five of the pilot (default: all).",
)
@click.option("--subjects", metavar="LIST", help="Which, such as council_tax,gazetteer (default: all).")
@click.option(
    "--scale", default=0.01, metavar="SHARE", show_default=True, help="1.0 is London: 9 million people."
)
@click.option("--seed", default=1, metavar="NUMBER", show_default=True, help="Another number, another city.")
@click.option(
    "--as-of", "as_of", metavar="DATE", help="The last day shown (default: the first of this month)."
)
@click.option("--months", default=3, metavar="NUMBER", show_default=True, help="How many months are sent.")
@click.option(
    "--boundaries",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Real boundaries to build in, instead of an invented geography.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the truth goes (default: OUT-truth).",
)
@click.option("--dirt", multiple=True, metavar="KIND=RATE", help="The rate of a kind of dirt, from 0 to 1.")
@click.option("--no-dirt", is_flag=True, help="Nothing goes wrong but for what --dirt says.")
@click.pass_context
def sample(
    ctx: click.Context,
    out: Path,
    boroughs: str,
    subjects: str | None,
    scale: float,
    seed: int,
    as_of: str | None,
    months: int,
    boundaries: Path | None,
    truth: Path | None,
    dirt: tuple[str, ...],
    no_dirt: bool,
) -> None:
    """Make a city: extracts of any size, and the truth of them.

    \b
    Writes OUT/<provider>/<subject>/<as of>.<ext>, as each borough's systems
    would send it and with all that goes wrong, for `citymart load OUT`. What is
    true, what was printed and what is wrong with it goes to a folder beside it,
    which the mart never reads. The same options make the same bytes, and a
    borough is the same alone as among 33.

    \b
    Examples:
      ./citymart sample --boroughs pilot --scale 0.01 /tmp/city
      ./citymart sample --scale 1 --as-of 2026-10-01 /data/london
      ./citymart sample --no-dirt --dirt uprn_missing=0.3 /tmp/city

    OUT must not be there yet, or be empty, or have been made by this command.

    Exit status: 0 the city is made, 1 it could not be, 2 wrong usage.
    """
    from ..sample import city
    from ..sample import truth as truths
    from ..sample.dirt import parse_change, read_dirt
    from ..sample.spec import read_subjects

    settings: Settings = ctx.obj
    known = read_subjects()
    request = city.Request(
        out=out,
        truth=truth or out.with_name(f"{out.name}-truth"),
        boroughs=_boroughs(boroughs, truths),
        scale=_positive(scale),
        seed=seed,
        as_of=_day(as_of),
        months=_at_least_one(months),
        subjects=_named(subjects, sorted(known), "subject"),
        boundaries=_existing(boundaries),
        dirt=read_dirt(dict(map(parse_change, dirt)), none=no_dirt),
    )
    city.check_folders(request.out, request.truth)
    makers = city.Truth(truths.build_truth, truths.write_truth, truths.register_macros)
    with _watching(settings) as watcher:
        made = city.make_city(request, known, makers, watcher)
    settings.answer(_document(request, made))
    if not settings.json:
        _tell(request, made)


def _boroughs(text: str, truths) -> Sequence:
    every = list(truths.boroughs(None))
    by_code = {borough.provider_code: borough for borough in every}
    if text.strip() == PILOT:
        return [borough for borough in every if borough.is_pilot]
    return [by_code[code] for code in _named(None if text.strip() == ALL else text, list(by_code), "borough")]


def _named(text: str | None, known: Sequence[str], what: str) -> list[str]:
    """The names of a list, each once and in the order of `known`; all without one."""
    if text is None:
        return list(known)
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise UsageError(f"Name at least one {what}, or leave --{what}s out for all.")
    for name in names:
        if name not in known:
            near = (
                difflib.get_close_matches(name.lower().replace(" ", "_"), known, n=3, cutoff=0.4) or known[:5]
            )
            raise UsageError(f"There is no {what} {name!r}; did you mean {' or '.join(near)}?")
    return [name for name in known if name in names]


def _positive(scale: float) -> float:
    # Ten Londons are as much as a machine and the numbers of properties hold.
    if not 0 < scale <= 10:
        raise UsageError(f"The scale is {scale:g}; it must be more than 0 and at most 10, where 1 is London.")
    return scale


def _at_least_one(months: int) -> int:
    if not 1 <= months <= 60:
        raise UsageError(f"The number of months is {months}; it must be from 1 to 60.")
    return months


def _day(text: str | None) -> date:
    if text is None:
        return date.today().replace(day=1)
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is not a date; write --as-of as 2026-10-01.") from None
    if not 2000 <= found.year <= 2100:
        raise UsageError(f"The city of {found.year} can't be made; --as-of must be from 2000 to 2100.")
    if problem := not_yet(found):
        raise UsageError(f"{text!r} {problem}.")
    return found


def _existing(path: Path | None) -> Path | None:
    if path is not None and not path.is_file():
        raise UsageError(f"There is no file {str(path)!r} with boundaries.")
    return path


class _watching:
    """A bar on a terminal, a line a borough elsewhere, nothing for a machine."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bar: Progress | None = None

    def __enter__(self):
        from ..sample.city import Watcher

        console = Console(stderr=True, highlight=False)
        if self.settings.json:
            return Watcher()
        if not console.is_terminal:
            return Watcher(begin=lambda code, at, of: self.settings.note(f"{code} ({at + 1} of {of})"))
        self.bar = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
            console=console, transient=True,
        )  # fmt: skip
        self.bar.start()
        task = self.bar.add_task("", total=None)
        bar = self.bar
        return Watcher(
            begin=lambda code, at, of: bar.update(task, completed=at, total=of, description=code),
            subject=lambda code, subject: bar.update(task, description=f"{code} {subject}"),
        )

    def __exit__(self, *_error) -> None:
        if self.bar:
            self.bar.stop()


def _document(request, made) -> dict:
    return {
        "out": str(request.out),
        "truth": str(request.truth),
        "boroughs": len(request.boroughs),
        "files": len(made.files),
        "records": sum(sent.records for sent in made.files),
        "bytes": sum(sent.bytes for sent in made.files),
        "seconds": round(made.seconds, 1),
        "subjects": {
            subject: {"files": len(of), "records": sum(sent.records for sent in of)}
            for subject in request.subjects
            if (of := [sent for sent in made.files if sent.subject == subject])
        },
        "left_out": [
            {"provider": sent.provider, "subject": sent.subject, "as_of": str(sent.as_of), "why": sent.what}
            for sent in made.left_out
        ],
        "not_made": made.skipped,
    }


def _tell(request, made) -> None:
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("subject")
    for column in ("files", "records", "MB"):
        table.add_column(column, justify="right")
    for subject in request.subjects:
        of = [sent for sent in made.files if sent.subject == subject]
        if of:
            megabytes = sum(sent.bytes for sent in of) / 1e6
            table.add_row(
                subject, f"{len(of):,}", f"{sum(sent.records for sent in of):,}", f"{megabytes:,.1f}"
            )
    table.add_section()
    files = made.files
    size = sum(sent.bytes for sent in files) / 1e6
    table.add_row("", f"{len(files):,}", f"{sum(sent.records for sent in files):,}", f"{size:,.1f}")
    console.print(table)
    lines = [""]
    for what, words in LEFT_OUT.items():
        who = dict.fromkeys(f"{s.provider} {s.subject}" for s in made.left_out if s.what == what)
        if who:
            more = f" and {len(who) - MOST_SHOWN} more" if len(who) > MOST_SHOWN else ""
            lines.append(f"{words} ({len(who)}): {', '.join(list(who)[:MOST_SHOWN])}{more}")
    if made.skipped:
        lines.append(f"Not made, since real boundaries were given: {', '.join(made.skipped)}")
    lines += [f"Truth: {request.truth}", f"Next:  ./citymart load {request.out}"]
    click.echo("\n".join(map(printable, lines)))

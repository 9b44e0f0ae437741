"""The command line: which commands there are, what they share, and how they end.

A command is a click command in `citymart/commands/`. It finds the mart's folder in `ctx.obj.home`
and whether a machine listens in `ctx.obj.json`; it prints with `ctx.obj.answer`, raises
`CityMartError` when the user can mend it, and ends with `ctx.exit(1)` when its answer is a no.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from citymart.errors import CityMartError, UsageError
from citymart.home import PROJECT, Home

# The order is the order of work, and of the help.
COMMANDS = {
    "load": "Land what providers sent: verbatim records and a receipt.",
    "sample": "Make a city: extracts of any size, and the truth of them.",
    "check": "Try one file: what would the mart say to it?",
    "layout": "Propose layout rows for columns that no layout knows.",
    "status": "What has landed, what is unmapped, refused or overdue.",
    "build": "Build the development database.",
    "publish": "Build and test a candidate, and make it the current release.",
    "lake": "Where the lake is, which releases it holds, how to read one.",
    "keys": "Make the keys of the audiences that have none.",
    "export": "Write the current release as CSV, Parquet, GeoJSON and Excel.",
    "site": "Write the catalogue of the current release as pages.",
    "report": "Write what goes back to a provider: what came, what is wrong with it.",
    "verify": "Work out every hash again: is all as it was?",
    "backup": "Put aside what can't be made again.",
    "restore": "Fill an empty home from a backup.",
    "evaluate": "Compare what the mart works out with what is true.",
    "withdraw": "Take a landed file out of the mart, with a reason.",
    "forget": "Erase a person: from landing to releases, proved by search.",
    "subject": "Start a new subject from a template.",
}
FAILED, MISUSED, BROKEN, STOPPED, PIPE_CLOSED = 1, 2, 70, 130, 141


@dataclass
class Settings:
    """What every command is told: where the mart lies, and whether a machine listens."""

    folder: str | None = None
    json: bool = False

    @cached_property
    def home(self) -> Home:
        """Looked at when a command needs it: help is to be had with any home."""
        from citymart.at_rest import require

        return require(Home.at(self.folder))

    def answer(self, document: Any, text: str = "") -> None:
        """Print `document` as JSON for a machine, `text` for a person."""
        if self.json:
            click.echo(as_json(document))
        elif text:
            click.echo(_encodable(text))

    def note(self, text: str) -> None:
        """Say on stderr what is happening, to a person only: stdout carries the answer."""
        if not self.json:
            click.echo(text, err=True)


def as_json(document: Any) -> str:
    return _encodable(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def printable(text: str) -> str:
    """Text for one line of a terminal: line ends, control characters and bytes that are no text, escaped."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def _encodable(text: str) -> str:
    # The name of a file may hold bytes that are no text.
    return text.encode("utf-8", "backslashreplace").decode()


class _Commands(click.Group):
    """Imports a command when it is asked for, and gives each one the options that all share."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"citymart.commands.{cmd_name}"), cmd_name)
        _share_options(command)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _set_home(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.obj.folder = value


def _set_json(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.obj.json = True


def _shared_options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--home"],
            metavar="DIR",
            expose_value=False,
            callback=_set_home,
            help="Folder with the mart's state (else CITYMART_HOME, else warehouse in the project).",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_set_json,
            help="Answer with one JSON document.",
        ),
    ]


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        click.echo(f"citymart {project['version']}")
        ctx.exit()


def _share_options(command: click.Command) -> None:
    if not any(parameter.name == "home" for parameter in command.params):
        command.params.extend(_shared_options())
    for child in getattr(command, "commands", {}).values():
        _share_options(child)


@click.command(
    cls=_Commands,
    params=_shared_options(),
    context_settings={"max_content_width": 80, "help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 the answer is no or something failed, 2 wrong usage, "
    "70 a fault of the program itself.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Land what the boroughs send, build the city data mart, publish and export it.

    \b
    A first round, with the sample:
      ./citymart load sample
      ./citymart status
      ./citymart publish

    Every command takes --home and --json, before or after its name, and
    explains itself with --help.
    """


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status; nothing but it and its output leaves here."""
    settings = Settings()
    wants_json = "--json" in arguments
    try:
        return _run(list(arguments), settings)
    except UsageError as error:
        return _fail(str(error), MISUSED, wants_json)
    except CityMartError as error:
        return _fail(str(error), FAILED, wants_json)
    except click.UsageError as error:
        return _fail(_usage_sentence(error), MISUSED, wants_json)
    except click.ClickException as error:
        return _fail(error.format_message(), FAILED, wants_json)
    except (KeyboardInterrupt, click.Abort):
        return _fail("stopped; nothing that was there before has changed", STOPPED, wants_json)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does: there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except OSError as error:
        return _fail(_os_sentence(error), FAILED, wants_json)
    except Exception as error:  # the last door: a person gets a line, the log gets the story
        if os.strerror(errno.ENOSPC) in str(error):  # DuckDB and Arrow have errors of their own for it
            return _fail(_os_sentence(OSError(errno.ENOSPC, "", str(settings.home.root))), FAILED, wants_json)
        log = _write_log(settings, arguments)
        what = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return _fail(f"internal error: {what}; the whole story is in {log}", BROKEN, wants_json)


def _run(arguments: list[str], settings: Settings) -> int:
    try:
        with cli.make_context("citymart", arguments, obj=settings) as context:
            outcome = cli.invoke(context)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return MISUSED
    except click.exceptions.Exit as exit:
        sys.stdout.flush()
        return exit.exit_code


def _fail(sentence: str, status: int, wants_json: bool) -> int:
    if wants_json:
        click.echo(_encodable(json.dumps({"error": sentence}, ensure_ascii=False)))
    click.echo(f"citymart: {printable(sentence)}", err=True)
    return status


def _usage_sentence(error: click.UsageError) -> str:
    text = error.format_message().rstrip(".")
    command = error.ctx.command_path if error.ctx else "citymart"
    return f"{text[:1].lower()}{text[1:]}; see `{command} --help`"


def _os_sentence(error: OSError) -> str:
    name = error.filename or "a file"
    if error.errno == errno.ENOSPC:
        return f"{name}: the disk is full; make room and run the same command again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{name}: no permission; mend its rights or choose another folder with --home"
    return f"{name}: {error.strerror or error}"


def _write_log(settings: Settings, arguments: Sequence[str]) -> Path:
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.log"
    story = f"citymart {' '.join(arguments)}\n\n{traceback.format_exc()}"
    folders = [Path(tempfile.gettempdir())]
    with suppress(CityMartError):
        folders.insert(0, settings.home.root / "logs")
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(story, encoding="utf-8", errors="backslashreplace")
            return folder / name
        except OSError:
            continue
    return Path(os.devnull)

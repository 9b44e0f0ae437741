"""`citymart export`: the current release in open formats."""

from __future__ import annotations

from pathlib import Path

import click

from citymart.cli import Settings


def _formats(_ctx: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, ...]:
    from citymart.exporting import FORMATS

    if value is None:
        return FORMATS
    names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise click.BadParameter(f"{', '.join(unknown) or value!r} is none of {', '.join(FORMATS)}")
    return names


@click.command()
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write (else HOME/exports/RELEASE).",
)
@click.option(
    "--format",
    "formats",
    metavar="LIST",
    callback=_formats,
    help="Some of csv,parquet,geojson, with commas between (else all).",
)
@click.option("--table", "wanted", metavar="NAME", multiple=True, help="Only this table; may be repeated.")
@click.pass_context
def export(ctx: click.Context, to: Path | None, formats: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """Write the current release as CSV, Parquet and GeoJSON.

    \b
    Every table of the schema marts, or those named (also of market), a file
    a format, with datapackage.json (what the columns mean) and SHA256SUMS.
    The same release gives the same bytes every time. The folder appears whole,
    and an earlier export in its place gives way.

    \b
      CSV      UTF-8, header, commas, CRLF (RFC 4180), ISO dates. A text that a
               spreadsheet would run as a formula (it begins with = + - @ or a
               tab, and is no number) gets an apostrophe in front.
      Parquet  zstd; with shapes, GeoParquet.
      GeoJSON  for tables with a shape or longitude and latitude; WGS84.

    \b
    Examples:
      ./citymart export
      ./citymart export --format csv --table fct_payments --to /tmp/payments
      (cd /tmp/payments && sha256sum -c SHA256SUMS)

    Exit status: 0 written, 1 nothing is published yet or writing failed, 2 a
    table or format that does not exist.
    """
    from citymart.exporting import export as write

    settings: Settings = ctx.obj
    written = write(settings.home, to=to, formats=formats, wanted=wanted)
    lines = [f"{name}  {rows:,} rows" if rows is not None else name for name, rows in written.files]
    settings.answer(
        {
            "folder": written.folder,
            "release_id": written.release_id,
            "files": [{"file": name, "rows": rows} for name, rows in written.files],
        },
        "\n".join([*lines, f"exported {written.release_id} to {written.folder}"]),
    )

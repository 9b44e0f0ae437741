"""`citymart export`: the current release in open formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from citymart.cli import Settings
from citymart.folders import SUMS


def _formats(_ctx: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, ...]:
    from citymart.exports.export import DEFAULT, FORMATS

    if value is None:
        return DEFAULT
    names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise click.BadParameter(f"{', '.join(unknown) or value!r} is none of {', '.join(FORMATS)}")
    return names


@click.command()
@click.option(
    "--audience",
    metavar="NAME",
    default="open",
    show_default=True,
    help="Whose file: open, city, borough/NAME, or operator for all of the marts.",
)
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write (else HOME/exports/RELEASE/AUDIENCE).",
)
@click.option(
    "--format",
    "formats",
    metavar="LIST",
    callback=_formats,
    help="Some of csv,parquet,geoparquet,geojson,xlsx,gpkg, with commas between (else all but gpkg).",
)
@click.option("--table", "wanted", metavar="NAME", multiple=True, help="Only this table; may be repeated.")
@click.option("--url", "base", metavar="URL", default="", help="Where the folder will lie, for the metadata.")
@click.option(
    "--verify",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Write nothing; check a folder that was exported, here or elsewhere.",
)
@click.pass_context
def export(
    ctx: click.Context,
    audience: str,
    to: Path | None,
    formats: tuple[str, ...],
    wanted: tuple[str, ...],
    base: str,
    verify: Path | None,
) -> None:
    """Write the current release as CSV, Parquet, GeoJSON and Excel.

    \b
    Every product of an audience's file, or those named, a file a format, with
    metadata by eight standards and SHA256SUMS. The same release gives the same
    bytes every time. The folder appears whole, and an earlier export in its
    place gives way. A locked file is opened with its key of CITYMART_KEYS.

    \b
      csv         UTF-8, header, commas, CRLF (RFC 4180), ISO dates. A text that
                  a spreadsheet would run as a formula (it begins with = + - @
                  or a tab, and is no number) gets an apostrophe in front.
      parquet     zstd, with title, licence and version in the file.
      geoparquet  with the place of each row, British National Grid.
      geojson     the same in WGS84, for the web.
      xlsx        a sheet that says what it is, and the rows.
      gpkg        GeoPackage, only where asked for.

    \b
    Examples:
      ./citymart export
      ./citymart export --format csv --table fct_payments --to /tmp/payments
      ./citymart export --audience operator
      ./citymart export --verify /tmp/payments

    Exit status: 0 written, 1 nothing is published yet, the key is missing or
    writing failed or --verify has found something, 2 an audience, table or format that does not exist.
    """
    settings: Settings = ctx.obj
    if verify is not None:
        from citymart.exports.verify import faults

        found = faults(verify)
        told = "\n".join(found) if found else f"{verify} is whole, and says the same in all its files"
        settings.answer({"folder": verify, "faults": found}, told)
        ctx.exit(1 if found else 0)
    from citymart.exports.export import export as write

    written = write(settings.home, audience=audience, to=to, formats=formats, wanted=wanted, base=base)
    lines = _by_product(written.files)
    lines += [f"not written: {name}: {why}" for name, why in written.left_out]
    settings.answer(
        {
            "folder": written.folder,
            "release_id": written.release_id,
            "audience": written.audience,
            "files": [{"file": name, "rows": rows} for name, rows in written.files],
            "not_written": [{"file": name, "why": why} for name, why in written.left_out],
        },
        "\n".join([*lines, f"exported {written.release_id} for {written.audience} to {written.folder}"]),
    )


def _by_product(files: Sequence[tuple[str, int | None]]) -> list[str]:
    """A line a product with its rows and formats, and one of all files that are about the others."""
    products: dict[tuple[str, int], list[str]] = {}
    for name, rows in files:
        if rows is not None:
            product, _, ending = name.partition(".")
            products.setdefault((product, rows), []).append(ending)
    lines = [f"{product}  {rows:,} rows: {', '.join(of)}" for (product, rows), of in products.items()]
    others = sum(rows is None for _, rows in files)
    return [*lines, f"{others} files of metadata, with {SUMS}"]

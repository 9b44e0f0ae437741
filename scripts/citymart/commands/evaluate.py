"""`citymart evaluate`: how right the mart is where somebody knows the truth."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ..cli import Settings
from ..errors import UsageError


@click.group()
def evaluate() -> None:
    """Compare what the mart works out with what is known to be true.

    \b
    Examples:
      ./citymart evaluate addresses --gazetteer G.csv --labelled L.csv
      ./citymart evaluate people --labelled P.csv
    """


@evaluate.command()
@click.option(
    "--gazetteer",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The properties, CSV or Parquet, in the columns of BS 7666.",
)
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Addresses and the UPRN of each, CSV or Parquet.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Instead of both: the truth of a generated city, of which the home's mart is built.",
)
@click.option(
    "--matches",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write each answer, .csv or .parquet.",
)
@click.option("--no-library", is_flag=True, help="Without the last resort, uk-address-matcher (faster).")
@click.pass_context
def addresses(
    ctx: click.Context,
    gazetteer: Path | None,
    labelled: Path | None,
    truth: Path | None,
    matches: Path | None,
    no_library: bool,
) -> None:
    """How many addresses find their property, and how many a wrong one.

    The gazetteer needs uprn, street_descriptor and postcode; used where they
    are there: parent_uprn, sao_text, sao_start_number, sao_start_suffix,
    pao_text, pao_start_number, pao_start_suffix, pao_end_number, locality,
    town_name, administrative_area, blpu_class. The labelled file needs
    record_id, address and truth_uprn (empty where the property is not in the
    gazetteer); used are postcode, borough, subject and kind.

    \b
    Examples:
      ./citymart evaluate addresses --truth warehouse/city-truth
      ./citymart evaluate addresses --gazetteer G.csv --labelled L.csv
      ./citymart evaluate addresses --gazetteer G.parquet \\
        --labelled L.parquet --matches answers.csv --json

    Exit status: 0 compared, 1 a file can't be read, 2 wrong usage.
    """
    from ..addresses.evaluate import evaluate as compare

    settings: Settings = ctx.obj
    files = [gazetteer, labelled]
    if any(files) if truth else not all(files):
        raise UsageError("Give --gazetteer and --labelled, or --truth of a generated city.")
    with TemporaryDirectory() as folder:
        if truth is not None:
            from ..addresses.city import labelled as of_city

            database = settings.home.build / "dev" / "mart.duckdb"
            gazetteer, labelled = of_city(database, truth, Path(folder))
        found = compare(gazetteer, labelled, with_library=not no_library, matches=matches)
    settings.answer(found.document(), _text(found))


@evaluate.command()
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Records of people and the person of each, CSV or Parquet.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Instead: the truth of a generated city, of which the home's mart is built.",
)
@click.option(
    "--clusters",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write the person that each record was given, .csv or .parquet.",
)
@click.pass_context
def people(ctx: click.Context, labelled: Path | None, truth: Path | None, clusters: Path | None) -> None:
    """How many records of a person find each other, and how many a stranger's.

    The labelled file needs record_id and person_id; used where they are there:
    source, borough, title, first_name, middle_name, surname, name, gender,
    dob, address, postcode, uprn, nhs_number, nino, phone, email. Figures are
    of the pairs of records that the final persons hold; also by kind, source
    and name_group where the file has those columns.

    \b
    Examples:
      ./citymart evaluate people --truth warehouse/city-truth
      ./citymart evaluate people --labelled P.parquet --json

    Exit status: 0 compared, 1 a file can't be read, 2 wrong usage.
    """
    from ..people.evaluate import evaluate as compare

    settings: Settings = ctx.obj
    if bool(labelled) == bool(truth):
        raise UsageError("Give --labelled, or --truth of a generated city.")
    with TemporaryDirectory() as folder:
        if truth is not None:
            from ..people.city import labelled as of_city

            labelled = Path(folder) / "people.parquet"
            of_city(settings.home.build / "dev" / "mart.duckdb", truth, labelled)
        found = compare(labelled, answers=clusters)
    settings.answer(found.document(), _people_text(found))


def _people_text(found) -> str:
    pairs, review = found.pairs, found.review
    lines = [
        f"{found.records:,} records of {found.persons:,} people; {found.clusters:,} found, of which"
        f" {found.whole_clusters:,} hold all records of one and no other's",
        f"{review:,} pairs for a person to look at",
        "",
        f"{'':<42}{'pairs':>9}{'precision':>11}{'recall':>9}",
        _pair_line("all", pairs),
    ]
    for name, of in found.by.items():
        lines += ["", f"by {name}", *(_pair_line(f"  {part}", score) for part, score in of.items())]
    return "\n".join(lines)


def _pair_line(name: str, pairs) -> str:
    return f"{name[:42]:<42}{pairs.true:>9,}{_share(pairs.precision):>11}{_share(pairs.recall):>9}"


def _text(found) -> str:
    from ..addresses.evaluate import GROUPS

    lines = [
        f"{found.records:,} addresses; {found.ambiguous:,} left out, whose text is another one's too",
        "",
    ]
    lines.append(f"{'':<32}{'records':>9}{'precision':>11}{'recall':>9}{'wrong':>7}")
    lines.append(_line("in the gazetteer", found.in_gazetteer))
    unknown = found.not_in_gazetteer
    if unknown.records:
        share = 100 * unknown.wrong / unknown.records
        lines.append(
            f"{'not in the gazetteer':<32}{unknown.records:>9,}{'':>20}{unknown.wrong:>7,}  ({share:.2f} %)"
        )
    for name, scores in found.by.items():
        lines += ["", f"by {GROUPS[name]}"]
        lines += [_line(f"  {part}", score) for part, score in scores.items()]
    if found.calibration:
        lines += ["", f"{'method':<16}{'weight from':>12}{'matched':>10}{'right':>9}"]
        lines += [
            f"{band['method']:<16}{band['weight_from']:>12}{band['matched']:>10,}"
            f"{100 * band['share_right']:>8.2f}%"
            for band in found.calibration
        ]
    return "\n".join(lines)


def _line(name: str, score) -> str:
    figures = f"{score.records:>9,}{_share(score.precision):>11}{_share(score.recall):>9}{score.wrong:>7,}"
    return f"{name[:32]:<32}{figures}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2f}%"

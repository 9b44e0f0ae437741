"""How right address matching is on a generated city, for the dirt of a back office and of a front desk.

`SCALE=0.05 BOROUGHS=pilot python -m citymart.bench.address_dirt` makes, loads and builds
a city for each profile of `sample/data/dirt_profiles.csv`, every record without its UPRN, and holds what is
found against the truth.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from pathlib import Path

from ..addresses.city import labelled
from ..addresses.evaluate import evaluate
from ..home import PROJECT
from .city import AS_OF, CITYMART, run

PROFILES = PROJECT / "scripts" / "citymart" / "sample" / "data" / "dirt_profiles.csv"
BARS = {"back_office": (0.995, 0.97), "front_desk": (0.98, 0.90)}
"""The least precision and recall of a profile, over the addresses whose text is not another one's."""
NOWHERE = 0.01
"""Of the addresses that are in no gazetteer, the largest share that may be given a property."""


def profiles() -> dict[str, dict[str, str]]:
    """Profile → kind of dirt → its rate."""
    found: dict[str, dict[str, str]] = {}
    with PROFILES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["profile"], {})[row["kind"]] = row["rate"]
    return found


def evaluated(folder: Path, rates: dict[str, str], *, scale: str, boroughs: str) -> dict:
    """What `citymart evaluate addresses` says of a city with that dirt and no other, made in `folder`.

    Raises `RuntimeError` when a step fails.
    """
    city, home = folder / "city", folder / "home"
    dirt = [word for kind, rate in rates.items() for word in ("--dirt", f"{kind}={rate}")]
    made = ["--boroughs", boroughs, "--scale", scale, "--seed", "7", "--as-of", AS_OF, "--months", "1"]
    run([*CITYMART, "sample", *made, "--no-dirt", *dirt, str(city)], home)
    run([*CITYMART, "load", str(city)], home, may_refuse=True)
    run([*CITYMART, "build"], home)
    database = home / "build" / "dev" / "mart.duckdb"
    gazetteer, addresses = labelled(database, Path(f"{city}-truth"), folder)
    return evaluate(gazetteer, addresses, with_library=True).document()


def main() -> int:
    scale = os.environ.get("SCALE", "0.05")
    boroughs = os.environ.get("BOROUGHS", "pilot")
    print(f"addresses of {boroughs} at scale {scale}, no UPRN given", flush=True)
    good = True
    for name, rates in profiles().items():
        with tempfile.TemporaryDirectory(prefix="citymart-bench-") as folder:
            try:
                told = evaluated(Path(folder), rates, scale=scale, boroughs=boroughs)
            except RuntimeError as error:
                print(f"MISSED: {name}: {error}", file=sys.stderr)
                return 1
        precision, recall = BARS[name]
        nowhere = told["false_match_rate"] or 0
        met = told["precision"] >= precision and told["recall"] >= recall and nowhere <= NOWHERE
        good = good and met
        flats = told["by"]["dwelling"]
        print(
            f"{'met' if met else 'MISSED'}: {name}: {told['in_gazetteer']['records']:,} addresses,"
            f" precision {told['precision']:.2%} (at least {precision:.1%}), recall {told['recall']:.2%}"
            f" (at least {recall:.0%}); in no gazetteer and given one {nowhere:.2%}"
        )
        for of, score in flats.items():
            print(f"  {of:<8}{score['records']:>9,}{score['precision']:>10.2%}{score['recall']:>10.2%}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""Estimates the frozen model anew: `python -m citymart.people.train FEATURES.parquet "what data"`.

Without labels: chance agreement (u) from random pairs, agreement of one person (m) by expectation
maximisation over three ways of blocking. What is set by hand in `model.BY_HAND` stays.
"""

from __future__ import annotations

import json
import sys
import warnings
from datetime import date

from . import linking, model

ESTIMATED_ON = (
    "l.birth_date = r.birth_date and l.first_root = r.first_root",
    "l.surname = r.surname and l.uprn = r.uprn and l.initial = r.initial",
    "l.surname = r.surname and l.first_name = r.first_name and l.postcode = r.postcode",
    "l.birth_date = r.birth_date and l.surname = r.surname",
)


def train(features: str, data: str) -> None:
    """Writes `linking.FROZEN` from a Parquet file of features; `data` says in words what they are of."""
    with linking.connection() as con, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        con.execute("create table features as select * from read_parquet(?)", [features])
        (records,) = con.execute("select count(*) from features").fetchone()
        linking.frequencies(con, "features")
        linker = linking.linker(con, "features", model.settings())
        linker.training.estimate_probability_two_random_records_match(
            [
                "l.nhs_number = r.nhs_number",
                "l.birth_date = r.birth_date and l.surname = r.surname and l.first_name = r.first_name",
                "l.uprn = r.uprn and l.surname = r.surname and l.first_name = r.first_name",
            ],
            recall=0.8,
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        for rule in ESTIMATED_ON:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        settings = linker.misc.save_model_to_json()
    for comparison in settings["comparisons"]:
        _settle(comparison)
    document = {
        "estimated_on": date.today().isoformat(),
        "data": data,
        "records": records,
        "settings": settings,
    }
    linking.FROZEN.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _settle(comparison: dict) -> None:
    """Averages what was estimated with what is expected, and sees to it that nothing is impossible."""
    name = comparison["output_column_name"]
    expected, least = model.EXPECTED.get(name), model.LEAST_BY_CHANCE.get(name, {})
    for level in comparison["comparison_levels"]:
        if expected and not level.get("is_null_level"):
            label = level["label_for_charts"]
            prior = expected[label]
            level["m_probability"] = (level.get("m_probability", prior) + prior) / 2
            by_chance = level.get("u_probability") or (1 if label == "other" else 0)
            level["u_probability"] = max(by_chance, least.get(label, 1e-7))


if __name__ == "__main__":
    train(*sys.argv[1:])

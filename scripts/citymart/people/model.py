"""What Splink compares, and how pairs come to be compared at all.

The records are those of `int_person_features`. Levels are ordered from the best down. A scored pair has the
name of the level in a column of the comparison's own name, null where a side has nothing to compare.
"""

from __future__ import annotations

from typing import Any

TYPO = (
    "(least(len({x}_l), len({x}_r)) >= 4 and (damerau_levenshtein({x}_l, {x}_r) = 1"
    " or jaro_winkler_similarity({x}_l, {x}_r) >= 0.92))"
)
_DAYS = "strftime(birth_date_l, '%Y%m%d'), strftime(birth_date_r, '%Y%m%d')"
_SAME_YEAR = "year(birth_date_l) = year(birth_date_r)"
_SAME_DAY = "month(birth_date_l) = month(birth_date_r) and day(birth_date_l) = day(birth_date_r)"
_SAME_DOOR = (
    "(uprn_l = uprn_r or door_l = door_r or (len(door_numbers_l) > 0 and door_numbers_l = door_numbers_r"
    " and street_words_l[1] = street_words_r[1]"
    " and coalesce(split_part(postcode_l, ' ', 1) = split_part(postcode_r, ' ', 1), true)))"
)

COMPARED: dict[str, list[tuple[str, str]]] = {
    "first_name": [
        ("missing", "initial_l is null or initial_r is null"),
        ("same", "first_name_l = first_name_r"),
        (
            "variant",
            "list_contains(variants_of_l, first_name_r) or list_contains(variants_of_r, first_name_l)"
            " or list_has_any(variants_of_l, variants_of_r)"
            # Iryna and Irina; Parm for Parminder, Toyin for Oluwatoyin
            " or first_sound_l = first_sound_r"
            " or (least(len(first_name_l), len(first_name_r)) >= 3 and ("
            "starts_with(first_name_l, first_name_r) or starts_with(first_name_r, first_name_l)))"
            " or (least(len(first_name_l), len(first_name_r)) >= 5 and ("
            "ends_with(first_name_l, first_name_r) or ends_with(first_name_r, first_name_l)))",
        ),
        # A name that is misspelt is rare; two that many have are two names, as twins often bear.
        ("typo", f"{TYPO.format(x='first_name')} and not (is_known_name_l and is_known_name_r)"),
        (
            "other name",
            "list_has_any(list_filter(forenames_l, lambda n: len(n) > 1), forenames_r)"
            " or (first_name_l = surname_r and surname_l = first_name_r) or name_words_l = name_words_r",
        ),
        ("alike", TYPO.format(x="first_name")),
        ("initial", "initial_l = initial_r and (first_name_l is null or first_name_r is null)"),
        ("other", "else"),
    ],
    "middle_name": [
        ("missing", "len(forenames_l) < 2 or len(forenames_r) < 2"),
        ("same", "forenames_l[2][1] = forenames_r[2][1]"),
        ("other", "else"),
    ],
    "surname": [
        ("missing", "surname_l is null or surname_r is null"),
        ("same", "surname_l = surname_r"),
        ("typo", TYPO.format(x="surname")),
        ("swapped", "(surname_l = first_name_r and first_name_l = surname_r) or name_words_l = name_words_r"),
        ("part", "list_has_any(list_filter(surnames_l, lambda n: len(n) > 2), surnames_r)"),
        ("other", "else"),
    ],
    "birth_date": [
        ("missing", "birth_date_l is null or birth_date_r is null"),
        ("same", "birth_date_l = birth_date_r and not is_first_of_january_l"),
        ("same first of January", "birth_date_l = birth_date_r"),
        (
            "day and month swapped",
            "year(birth_date_l) = year(birth_date_r) and month(birth_date_l) = day(birth_date_r)"
            " and day(birth_date_l) = month(birth_date_r)",
        ),
        # A father and his son may be born on one day of two decades.
        ("decades apart", f"{_SAME_DAY} and abs(year(birth_date_l) - year(birth_date_r)) > 10"),
        ("one digit", f"damerau_levenshtein({_DAYS}) = 1"),
        ("same year", f"{_SAME_YEAR} and (is_first_of_january_l or is_first_of_january_r)"),
        (
            "two of three",
            f"({_SAME_YEAR})::int + (month(birth_date_l) = month(birth_date_r))::int"
            " + (day(birth_date_l) = day(birth_date_r))::int = 2",
        ),
        ("year alone", _SAME_YEAR),
        ("other", "else"),
    ],
    "place": [
        ("missing", "(uprn_l is null and door_l is null and postcode_l is null)"
         " or (uprn_r is null and door_r is null and postcode_r is null)"),
        ("same", f"{_SAME_DOOR} and not (is_shared_address_l or is_shared_address_r)"),
        ("same, of many", _SAME_DOOR),
        (
            "building",
            "postcode_l = postcode_r and street_words_l[1] = street_words_r[1]"
            " and len(door_numbers_l) > 0 and len(door_numbers_r) > 0"
            " and (list_has_all(door_numbers_l, door_numbers_r)"
            " or list_has_all(door_numbers_r, door_numbers_l))",
        ),
        ("postcode", "postcode_l = postcode_r"),
        ("sector", "postcode_l[:-3] = postcode_r[:-3]"),
        ("other", "else"),
    ],
    "sex": [
        ("missing", "sex_l is null or sex_r is null"),
        ("same", "sex_l = sex_r"),
        ("other", "else"),
    ],
}  # fmt: skip
"""Comparison → its levels from the best down, after the one for what is missing."""

for _number in ("nhs_number", "nino", "phone", "email"):
    COMPARED[_number] = [
        ("missing", f"{_number}_l is null or {_number}_r is null"),
        ("same", f"{_number}_l = {_number}_r"),
        ("other", "else"),
    ]

BY_HAND = {"nhs_number": (0.98, 1e-7), "nino": (0.98, 1e-7)}
"""Comparison → probability that the numbers of one person agree, and that those of two do. Expectation
maximisation cannot see them: numbers agree only where all else does."""

EXPECTED = {
    "first_name": {"same": 0.78, "variant": 0.05, "typo": 0.04, "other name": 0.03, "alike": 0.02,
                   "initial": 0.06, "other": 0.02},
    "middle_name": {"same": 0.88, "other": 0.12},
    "surname": {"same": 0.87, "typo": 0.04, "part": 0.03, "swapped": 0.01, "other": 0.05},
    "birth_date": {"same": 0.9, "same first of January": 0.01, "day and month swapped": 0.015,
                   "decades apart": 0.003, "one digit": 0.025, "same year": 0.01, "two of three": 0.017,
                   "year alone": 0.003, "other": 0.017},
    "place": {"same": 0.62, "same, of many": 0.1, "building": 0.04, "postcode": 0.03, "sector": 0.04,
              "other": 0.17},
    "sex": {"same": 0.985, "other": 0.015},
    "phone": {"same": 0.7, "other": 0.3},
    "email": {"same": 0.7, "other": 0.3},
}  # fmt: skip
"""How often the records of one person should agree at each level, by what linkages of health and council
records have published. What is estimated is averaged with it: a level that a block of the estimation fixes,
or that its data hardly has, would else be taken for impossible."""

LEAST_BY_CHANCE = {
    "first_name": {"typo": 4e-4, "other name": 1e-3},
    "surname": {"part": 1e-4, "swapped": 5e-6},
    "birth_date": {"same": 3e-5, "same first of January": 3e-5},
    "phone": {"same": 1e-5},
    "email": {"same": 1e-6},
}
"""How often two people's records agree at least, where random pairs are too few to tell."""

FREQUENT = {"first_name", "surname"}
"""What is worth less where many have it."""

BLOCKS = (
    "l.nhs_number = r.nhs_number",
    "l.nino = r.nino",
    "l.phone = r.phone",
    "l.email = r.email",
    "l.birth_date = r.birth_date and l.surname = r.surname",
    "l.birth_date = r.birth_date and l.first_root = r.first_root",
    "l.birth_date = r.birth_date and l.surname = r.first_name and l.first_name = r.surname",
    "l.birth_date = r.birth_date and l.postcode = r.postcode",
    "l.surname = r.surname and l.first_name = r.first_name and year(l.birth_date) = year(r.birth_date)",
    "l.surname = r.surname and l.first_name = r.first_name"
    " and month(l.birth_date) = month(r.birth_date) and day(l.birth_date) = day(r.birth_date)",
    "l.uprn = r.uprn and l.initial = r.initial",
    "l.door = r.door and l.initial = r.initial",
    "l.door_numbers = r.door_numbers and l.street_words = r.street_words and l.surname = r.surname"
    " and len(l.door_numbers) > 0 and (l.postcode is null or r.postcode is null)",
    "l.postcode = r.postcode and l.first_name[:3] = r.first_name[:3]",
    "l.postcode = r.postcode and l.surname = r.surname",
    "l.rare_name = r.rare_name",
    "l.moved_name = r.moved_name",
    "l.name_words = r.name_words and l.postcode = r.postcode",
    "l.name_words = r.name_words and l.birth_date = r.birth_date",
    "l.postcode = r.postcode and l.surname = r.first_name and l.first_name = r.surname",
)
"""Two records are compared where any of these holds."""


def settings() -> dict[str, Any]:
    """Splink's settings of a model that nothing has been estimated for yet."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in BLOCKS
        ],
        "comparisons": [
            {"output_column_name": name, "comparison_levels": [_level(name, *level) for level in levels]}
            for name, levels in COMPARED.items()
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "additional_columns_to_retain": [],
    }  # fmt: skip


def _level(comparison: str, label: str, condition: str) -> dict[str, Any]:
    level: dict[str, Any] = {
        "sql_condition": condition.upper() if condition == "else" else condition,
        "label_for_charts": label,
    }
    if label == "missing":
        level["is_null_level"] = True
    elif label == "same" and comparison in FREQUENT:
        level |= {"tf_adjustment_column": comparison, "tf_minimum_u_value": 1e-5}
    if comparison in BY_HAND and label in ("same", "other"):
        agree, by_chance = BY_HAND[comparison]
        m, u = (agree, by_chance) if label == "same" else (1 - agree, 1 - by_chance)
        level |= {
            "m_probability": m,
            "u_probability": u,
            "fix_m_probability": True,
            "fix_u_probability": True,
        }
    return level


def level_name(comparison: str) -> str:
    """SQL: the name of the level of a comparison that Splink has numbered from 0 (`other`) in `gamma_…`, -1
    for what is missing.
    """
    names = [label for label, _ in COMPARED[comparison][:0:-1]]
    return f"{names}[gamma_{comparison} + 1]"

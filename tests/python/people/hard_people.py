"""Pairs of records of people of known difficulty: each kind with what a careful person would say of it."""

# ruff: noqa: E501, ARG005 (a kind is a line, of the same arguments as the others)
from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from citymart.home import PROJECT

DATA = PROJECT / "scripts" / "citymart" / "sample" / "data"
EACH = 100

Person = dict[str, object]
Kind = Callable[[random.Random, Person], tuple[Person, Person]]


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIRST_NAMES = [row for row in _read("first_names.csv") if len(row["first_name"]) > 4]
SURNAMES = [
    row["surname"] for row in _read("surnames.csv") if len(row["surname"]) > 5 and row["surname"].isalpha()
]
NICKNAMES = _read("nicknames.csv")
STREETS = ("Acacia Road", "Wren Street", "Ladbroke Hill", "Tabard Lane", "Kestrel Way", "Orwell Street")


def nhs_number(r: random.Random) -> str:
    """Ten digits with the right check digit (modulus 11)."""
    while True:
        digits = [r.choice((4, 6, 7))] + [r.randrange(10) for _ in range(8)]
        check = 11 - sum(d * (10 - i) for i, d in enumerate(digits)) % 11
        if check != 10:
            return "".join(map(str, digits)) + str(check % 11)


def nino(r: random.Random) -> str:
    return f"{r.choice('ABCEHJ')}{r.choice('ABCEHJ')}{r.randrange(10**6):06d}{r.choice('ABCD')}"


def address(r: random.Random) -> Person:
    place = f"{r.choice(('N', 'E', 'SE'))}{r.randrange(1, 19)} {r.randrange(1, 10)}{r.choice('ABDEF')}{r.choice('GHJLN')}"
    return {"address": f"{r.randrange(1, 200)} {r.choice(STREETS)}, London", "postcode": place,
            "uprn": r.randrange(10**9, 10**11), "borough": r.choice(("camden", "hackney", "lewisham"))}  # fmt: skip


def a_person(r: random.Random) -> Person:
    given = r.choice(FIRST_NAMES)
    born = date(1940, 1, 2) + timedelta(days=r.randrange(60 * 365))
    while born.day == 1 or born.day == born.month or born.day > 12:
        born += timedelta(days=1)
    return {
        "source": "library", "first_name": given["first_name"], "surname": r.choice(SURNAMES) + r.choice(ENDS),
        "gender": given["sex"], "dob": born, **address(r),
    }  # fmt: skip


# Names that few have, so that the name itself says something.
ENDS = ("by", "well", "ford", "combe", "stead", "ham", "ley", "thorpe")


def with_other(person: Person, **changes: object) -> Person:
    return {**person, "source": "housing", **changes}


def without(person: Person, *fields: str) -> Person:
    return {key: value for key, value in person.items() if key not in fields}


def other_name(r: random.Random, person: Person, *, same_sex: bool = True) -> str:
    """A first name that has nothing to do with the person's: another initial, and of another ending."""
    mine = str(person["first_name"])
    fitting = [
        row["first_name"] for row in FIRST_NAMES
        if row["first_name"][0] != mine[0] and row["first_name"][-3:] != mine[-3:]
        and (row["sex"] == person["gender"]) == same_sex
    ]  # fmt: skip
    return r.choice(fitting)


def misspelt(r: random.Random, name: str) -> str:
    """Two letters swapped, or one left out."""
    at = r.randrange(1, len(name) - 2)
    while name[at] == name[at + 1]:
        at = at % (len(name) - 3) + 1
    return (
        name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        if r.random() < 0.5
        else name[:at] + name[at + 1 :]
    )


def _digit(born: date) -> date:
    return born.replace(day=born.day + 10 if born.day < 10 else born.day + 1)


def _nickname(r: random.Random, person: Person) -> tuple[Person, Person]:
    row = r.choice(NICKNAMES)
    person = without(person, "gender") | {"first_name": row["first_name"]}
    return person, with_other(person, first_name=row["nickname"])


def _common(r: random.Random) -> Person:
    return {**a_person(r), "first_name": "David", "surname": "Smith", "gender": "M"}


def _moved(r: random.Random, person: Person, **changes: object) -> Person:
    return with_other(person, **address(r), **changes)


_KINDS: dict[str, tuple[str, Kind]] = {
    "same_name_born_the_same_day_at_one_address": ("link", lambda r, p: (p, with_other(p))),
    "same_nhs_number_elsewhere": (
        "link", lambda r, p: (p | (n := {"nhs_number": nhs_number(r)}), _moved(r, p, **n))),
    "same_ni_number_elsewhere": ("link", lambda r, p: (p | (n := {"nino": nino(r)}), _moved(r, p, **n))),
    "nickname": ("link", _nickname),
    "surname_misspelt": ("link", lambda r, p: (p, with_other(p, surname=misspelt(r, str(p["surname"]))))),
    "first_name_misspelt": ("link", lambda r, p: (
        p | {"first_name": (n := str(p["first_name"]) + r.choice(ENDS))}, with_other(p, first_name=misspelt(r, n)))),
    "names_swapped": ("link", lambda r, p: (
        p, with_other(p, first_name=p["surname"], surname=p["first_name"]))),
    "day_and_month_swapped": ("link", lambda r, p: (
        p, with_other(p, dob=p["dob"].replace(day=p["dob"].month, month=p["dob"].day)))),
    "one_digit_of_birth_wrong": ("link", lambda r, p: (p, with_other(p, dob=_digit(p["dob"])))),
    "only_a_year_of_birth": ("link", lambda r, p: (p, with_other(p, dob=p["dob"].replace(day=1, month=1)))),
    "no_date_of_birth_at_one_address": ("link", lambda r, p: (p, without(with_other(p), "dob"))),
    "neither_has_a_date_of_birth": ("link", lambda r, p: (without(p, "dob"), without(with_other(p), "dob"))),
    "uprn_agrees_address_is_written_otherwise": ("link", lambda r, p: (
        p, without(with_other(p, address=str(p["address"]).upper().replace("ROAD", "RD")), "postcode", "dob"))),
    "no_uprn_but_one_door": ("link", lambda r, p: (without(p, "uprn", "dob"), with_other(p))),
    "married_name_at_one_address": ("link", lambda r, p: (
        {**p, "gender": "F"}, with_other(p, gender="F", surname=r.choice(SURNAMES)))),
    "half_of_a_double_barrelled_name": ("link", lambda r, p: (
        {**p, "surname": f"{p['surname']}-{r.choice(SURNAMES)}"}, with_other(p))),
    "initial_and_date_of_birth": ("link", lambda r, p: (p, with_other(p, first_name=str(p["first_name"])[0]))),
    "middle_name_used_as_the_first": ("link", lambda r, p: (
        {**p, "middle_name": (o := other_name(r, p))}, with_other(p, first_name=o))),
    "title_before_the_first_name": ("link", lambda r, p: (p, with_other(p, first_name=f"Dr. {p['first_name']}"))),
    "capitals_accents_and_apostrophes": ("link", lambda r, p: (
        {**p, "surname": f"O'{p['surname']}"}, with_other(p, surname=f"O {p['surname']}".upper().replace("O ", "O’")))),
    "whole_name_elsewhere_born_the_same_day": ("link", lambda r, p: (p, _moved(r, p))),
    "own_telephone_elsewhere": ("link", lambda r, p: (
        p | (n := {"phone": f"07{r.randrange(10**8, 10**9)}"}), without(_moved(r, p, **n), "dob"))),
    "own_email_elsewhere": ("link", lambda r, p: (
        p | (n := {"email": f"a{r.randrange(10**9)}@example.org"}), without(_moved(r, p, **n), "dob"))),
    "placeholder_of_an_nhs_number": ("link", lambda r, p: (
        {**p, "nhs_number": "9999999999"}, with_other(p, nhs_number=nhs_number(r)))),
    "sex_miscoded": ("link", lambda r, p: (p, with_other(p, gender="M" if p["gender"] == "F" else "F"))),
    "spouses": ("no", lambda r, p: (
        without(p, "dob"), without(with_other(p, first_name=other_name(r, p, same_sex=False), gender=None), "dob"))),
    "siblings": ("no", lambda r, p: (
        p, with_other(p, first_name=other_name(r, p), dob=p["dob"] + timedelta(days=800)))),
    "twins": ("no", lambda r, p: (p, with_other(p, first_name=other_name(r, p)))),
    "father_and_son_with_their_dates": ("no", lambda r, p: (
        p, with_other(p, dob=p["dob"] - timedelta(days=31 * 365 + r.randrange(40, 300))))),
    "common_name_elsewhere": ("no", lambda r, p: (
        without(_common(r), "dob"), without(with_other(_common(r)), "dob"))),
    "common_name_one_date_of_birth": ("no", lambda r, p: (_common(r), without(with_other(_common(r)), "dob"))),
    "common_name_other_date_of_birth": ("no", lambda r, p: (
        {**_common(r), "dob": date(1950, 3, 4)}, with_other(_common(r), dob=date(1977, 8, 22)))),
    "two_nhs_numbers": ("no", lambda r, p: (
        {**p, "nhs_number": nhs_number(r)}, _moved(r, p, nhs_number=nhs_number(r)))),
    "flatmates_of_one_first_name": ("no", lambda r, p: (
        {**p, "gender": "M", "first_name": "Marcus"},
        without(with_other(p, gender="M", first_name="Marcus", surname=r.choice(SURNAMES) + "ski"), "dob"))),
    "telephone_of_the_family": ("no", lambda r, p: (
        p | (n := {"phone": f"02{r.randrange(10**8, 10**9)}"}),
        with_other(p, **n, first_name=other_name(r, p), dob=p["dob"] - timedelta(days=9000)))),
    "neighbours_of_one_surname": ("no", lambda r, p: (
        without(p, "dob"), without(with_other(p, first_name=other_name(r, p), uprn=1, address="9 Wren Street"), "dob"))),
    "born_in_another_decade": ("review", lambda r, p: (
        p, with_other(p, dob=p["dob"].replace(year=p["dob"].year - 30)))),
    "other_nhs_number_all_else_the_same": ("review", lambda r, p: (
        {**p, "nhs_number": nhs_number(r)}, with_other(p, nhs_number=nhs_number(r)))),
    "other_ni_number_all_else_the_same": ("review", lambda r, p: (
        {**p, "nino": nino(r)}, with_other(p, nino=nino(r)))),
    "senior_and_junior": ("review", lambda r, p: (
        without(p, "dob") | {"surname": f"{p['surname']} Snr"},
        without(with_other(p, surname=f"{p['surname']} Jnr"), "dob"))),
    "mister_and_master": ("review", lambda r, p: (
        without(p, "dob") | {"title": "Mr", "gender": "M", "first_name": "Marcus"},
        without(with_other(p, title="Master", gender="M", first_name="Marcus"), "dob"))),
    "other_middle_name": ("review", lambda r, p: (
        without(p, "dob") | {"middle_name": "Albert"}, without(with_other(p, middle_name="Zachary"), "dob"))),
    "no_first_name": ("review", lambda r, p: (p, without(with_other(p), "first_name"))),
    "common_name_born_the_same_day_elsewhere": ("review", lambda r, p: (
        {**_common(r), "dob": p["dob"]}, with_other(_common(r), dob=p["dob"]))),
    "married_name_without_a_date_of_birth": ("review", lambda r, p: (
        {**p, "gender": "F", "first_name": "Henrietta"},
        without(with_other(p, gender="F", first_name="Henrietta", surname=r.choice(SURNAMES) + "ova"), "dob"))),
}  # fmt: skip

KINDS = {kind: expected for kind, (expected, _) in _KINDS.items()}
"""Kind → what a person would say: `link`, `review` or `no`."""


def pairs_of(kind: str) -> Iterator[tuple[Person, Person]]:
    """A hundred pairs of a kind, always the same ones."""
    r = random.Random(kind)
    for _ in range(EACH):
        yield _KINDS[kind][1](r, a_person(r))

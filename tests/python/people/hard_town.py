"""A small town of people who are hard to find: what seven services wrote of each, and who it was.

Half of the records have neither a date of birth nor a number, one in eight is of an old address. Households
have one surname, some wives had another before, some sons are called as their fathers, twins are born on one
day, and a hostel has many who have nothing to do with each other. Some moved with all of the household.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from hard_people import ENDS, FIRST_NAMES, NICKNAMES, STREETS, SURNAMES, misspelt, nhs_number, nino

Person = dict[str, object]

SERVICES = {
    "council tax": {"takes": 0.6, "born": 0.0, "number": 0.02, "phone": 0.2, "initial": 0.15},
    "electors": {"takes": 0.8, "born": 0.06, "number": 0.0, "phone": 0.02, "initial": 0.02},
    "benefits": {"takes": 0.4, "born": 0.95, "number": 0.8, "phone": 0.3, "initial": 0.02},
    "housing": {"takes": 0.45, "born": 0.6, "number": 0.35, "phone": 0.4, "initial": 0.05},
    "care": {"takes": 0.25, "born": 0.95, "number": 0.7, "phone": 0.4, "initial": 0.02},
    "school": {"takes": 0.6, "born": 0.95, "number": 0.4, "phone": 0.2, "initial": 0.01},
    "library": {"takes": 0.7, "born": 0.4, "number": 0.0, "phone": 0.35, "initial": 0.04},
}
"""Service → how many it knows of those whom it may know, and how often a record has what."""

ADULTS, CHILDREN = {"council tax", "electors"}, {"school"}


def town(households: int, seed: int) -> list[Person]:
    """Records of the people of so many households (some 8 each), with `person_id`, in any order."""
    r = random.Random(seed)
    by_sex = {sex: [row["first_name"] for row in FIRST_NAMES if row["sex"] == sex] for sex in "MF"}
    records = []
    for household in range(households):
        home, before = _address(r), _address(r)
        all_moved = r.random() < 0.15
        for n, person in enumerate(_household(r, by_sex, in_hostel=household % 40 == 39)):
            person["person_id"] = f"{household}-{n}"
            moved = all_moved or r.random() < 0.2
            records += _records(r, person, home, before if all_moved else _address(r), moved=moved)
    r.shuffle(records)
    return [{"record_id": f"r{n}", **record} for n, record in enumerate(records)]


def _address(r: random.Random) -> Person:
    outward = f"{r.choice(('N', 'E', 'SE'))}{r.randrange(1, 5)}"
    place = f"{outward} {r.randrange(1, 10)}{r.choice('ABDEF')}{r.choice('GH')}"
    return {"address": f"{r.randrange(1, 200)} {r.choice(STREETS)}", "postcode": place,
            "uprn": r.randrange(10**9, 10**11), "borough": r.choice(("camden", "hackney"))}  # fmt: skip


def _household(r: random.Random, by_sex: dict[str, list[str]], *, in_hostel: bool) -> Iterator[Person]:
    def one(sex: str, surname: str, age: int, **more: object) -> Person:
        born = date(2026 - age, 1, 1) + timedelta(days=r.randrange(365))
        # as many have the first names of a list, so the first have them oftener
        first = by_sex[sex][int(len(by_sex[sex]) * r.random() ** 1.5)]
        return {"gender": sex, "surname": surname, "age": age, "dob": born, "first_name": first,
                "middle_name": r.choice(by_sex[sex]) if r.random() < 0.5 else None,
                "nhs_number": nhs_number(r), "nino": nino(r) if age > 15 else None,
                "phone": f"07{r.randrange(10**8, 10**9)}", **more}  # fmt: skip

    def surname() -> str:
        return r.choice(SURNAMES) + (r.choice(ENDS) if r.random() < 0.5 else "")

    if in_hostel:
        yield from (one(r.choice("MMF"), surname(), r.randrange(18, 70)) for _ in range(25))
        return
    name, age = surname(), r.randrange(24, 80)
    father = one("M", name, age)
    yield father
    if r.random() < 0.7:
        maiden = surname() if r.random() < 0.3 else None
        yield one("F", name, max(20, age - r.randrange(-3, 6)), maiden=maiden)
    for _ in range(r.choice((0, 0, 1, 2, 3)) if age < 60 else 0):
        child = one(r.choice("MF"), name, r.randrange(0, max(1, min(20, age - 22))))
        if child["gender"] == "M" and r.random() < 0.05:
            child["first_name"] = father["first_name"]
        yield child
        if r.random() < 0.04:
            yield one(r.choice("MF"), name, int(str(child["age"])), dob=child["dob"])


def _records(
    r: random.Random, person: Person, home: Person, before: Person, *, moved: bool
) -> Iterator[Person]:
    for source, has in SERVICES.items():
        is_child = int(str(person["age"])) < 18
        if source in (ADULTS if is_child else CHILDREN) or r.random() > has["takes"]:
            continue
        old = moved and r.random() < 0.4
        record = {"source": source, "person_id": person["person_id"], **(before if old else home)}
        record |= {"first_name": person["first_name"], "surname": person["surname"]}
        if person.get("maiden") and r.random() < (0.5 if old else 0.2):
            record["surname"] = person["maiden"]
        known_as = [row["nickname"] for row in NICKNAMES if row["first_name"] == person["first_name"]]
        if known_as and r.random() < 0.1:
            record["first_name"] = r.choice(known_as)
        for name in ("first_name", "surname"):
            if r.random() < 0.03 and len(str(record[name])) > 4:
                record[name] = misspelt(r, str(record[name]))
        if r.random() < has["initial"]:
            record["first_name"] = str(record["first_name"])[0]
        elif r.random() < 0.01:
            record["first_name"], record["surname"] = record["surname"], record["first_name"]
        if r.random() < 0.3:
            record["middle_name"] = person["middle_name"]
        if source in ("benefits", "care", "school"):
            record["gender"] = person["gender"]
        if r.random() < has["born"]:
            record["dob"] = person["dob"]
        if r.random() < has["number"]:
            number = "nhs_number" if source in ("care", "school") else "nino"
            record[number] = person[number] if r.random() > 0.03 else "9999999999"
        if r.random() < has["phone"] and not is_child:
            record["phone"] = person["phone"]
        for lost, share in (("uprn", 0.4), ("postcode", 0.03)):
            if r.random() < share:
                del record[lost]
        yield record

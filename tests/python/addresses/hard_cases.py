"""A gazetteer of awkward buildings, and addresses that mean one of its doors, worded as people word them:
a hundred or more of
each kind. Nothing here knows how the matcher reads an address.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

CASES = 100
AREAS = ("northam", "southam")
NAMES = [
    "Acacia",
    "Albion",
    "Alder",
    "Amber",
    "Anchor",
    "Argyle",
    "Ashdown",
    "Aspen",
    "Balmoral",
    "Barnaby",
    "Beaufort",
    "Belgrave",
    "Berkeley",
    "Birchwood",
    "Blenheim",
    "Bolton",
    "Bramley",
    "Brecknock",
    "Brunel",
    "Burlington",
    "Cadogan",
    "Calverley",
    "Camelot",
    "Canning",
    "Carlton",
    "Cavendish",
    "Chadwick",
    "Chapel",
    "Charlotte",
    "Chatsworth",
    "Chester",
    "Clarendon",
    "Cobden",
    "Compton",
    "Coniston",
    "Cornwall",
    "Cranley",
    "Crofton",
    "Cumberland",
    "Dalton",
    "Danvers",
    "Delancey",
    "Denmark",
    "Derwent",
    "Dorset",
    "Drayton",
    "Dunmore",
    "Eagle",
    "Eastbourne",
    "Edgware",
    "Elgin",
    "Ellesmere",
    "Elmfield",
    "Enfield",
    "Esher",
    "Everard",
    "Fairfax",
    "Falmouth",
    "Farnham",
    "Fenwick",
    "Finsbury",
    "Fitzroy",
    "Fleming",
    "Fulham",
    "Gainsford",
    "Garrick",
    "Gifford",
    "Glenmore",
    "Goodwin",
    "Gosfield",
    "Granville",
    "Gresham",
    "Hadley",
    "Halford",
    "Hamilton",
    "Harcourt",
    "Hatfield",
    "Hazelmere",
    "Henley",
    "Hereford",
    "Hillcrest",
    "Holbein",
    "Huntley",
    "Ingram",
    "Ivydale",
    "Jubilee",
    "Keats",
    "Kelvin",
    "Kendal",
    "Kensal",
    "Kingsley",
    "Kipling",
    "Lambert",
    "Lansdowne",
    "Latimer",
    "Leighton",
    "Lexham",
    "Lincoln",
    "Linton",
    "Lonsdale",
    "Lorne",
    "Ludlow",
    "Lyndhurst",
    "Malden",
    "Mallord",
    "Manfred",
    "Marlow",
    "Melbury",
    "Merton",
    "Milner",
    "Monmouth",
    "Mortimer",
    "Nelson",
    "Newland",
    "Norfolk",
    "Oakley",
    "Olney",
    "Orchard",
    "Osborne",
    "Oxley",
    "Palmer",
    "Paxton",
    "Pembroke",
    "Penrith",
    "Petworth",
    "Portland",
    "Prescot",
    "Quentin",
    "Radnor",
    "Raleigh",
    "Ranelagh",
    "Redcliffe",
    "Richmond",
    "Ripley",
    "Rochester",
    "Rosslyn",
    "Rowan",
    "Rutland",
    "Salcombe",
    "Sandford",
    "Selborne",
    "Seymour",
    "Shelley",
    "Sidmouth",
    "Somerset",
    "Stafford",
    "Stanhope",
    "Sterling",
    "Stratton",
    "Sutherland",
    "Tadema",
    "Tavistock",
    "Tennyson",
    "Thornton",
    "Tiverton",
    "Trafalgar",
    "Tregunter",
    "Upton",
    "Vaughan",
    "Vernon",
    "Victoria",
    "Wakefield",
    "Walpole",
    "Warwick",
    "Waverton",
    "Wellesley",
    "Wentworth",
    "Westbourne",
    "Whitfield",
    "Wilton",
    "Windsor",
    "Woburn",
    "Woodstock",
    "Wyndham",
    "Yardley",
    "York",
]
HOUSE_NAMES = (
    "", "Manor", "View", "Dene", "Gate", "Wharf", "Tower", "Bank", "Field", "Brook", "Ridge", "Mill",
    "Holt", "Spring", "Meadow", "Copse", "Croft", "Lea",
)  # fmt: skip
TYPES = {
    "Street": ("St", "Str"),
    "Road": ("Rd",),
    "Avenue": ("Ave", "Av"),
    "Lane": ("La", "Ln"),
    "Gardens": ("Gdns", "Gdn"),
    "Terrace": ("Terr", "Ter"),
    "Crescent": ("Cres",),
    "Grove": ("Gr",),
    "Place": ("Pl",),
    "Square": ("Sq",),
    "Close": ("Cl",),
}
ORDINALS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@dataclass
class Street:
    name: str
    type: str
    area: str
    postcode: str
    town: str = "London"

    @property
    def whole(self) -> str:
        return f"{self.name} {self.type}"

    @property
    def short(self) -> str:
        return f"{self.name} {TYPES[self.type][0]}"


@dataclass
class Suite:
    """`gazetteer` and `labelled` are rows for `citymart evaluate addresses`; `kind_of` tells each
    record's kind."""

    seed: int = 11
    gazetteer: list[dict] = field(default_factory=list)
    labelled: list[dict] = field(default_factory=list)
    kind_of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._uprn = 100_000_000
        self._names = [
            (name + more, kind)
            for name in NAMES
            for more in ("", " Hill", " Park", " Vale", " Wood", " Heath", " Moor")
            for kind in TYPES
        ]
        self.chance.shuffle(self._names)
        self._postcodes = 0
        self._house_names = [f"{name} {more}".strip() for name in NAMES for more in HOUSE_NAMES]
        self.chance.shuffle(self._house_names)

    # -- the gazetteer ---------------------------------------------------------------------------

    def postcode(self, area: str) -> str:
        self._postcodes += 1
        at, letters = self._postcodes, "ABDEFGHJLNPQRSTUWXYZ"
        outward = {"northam": "N", "southam": "SE"}[area]
        return f"{outward}{1 + at // 3600} {at // 400 % 9}{letters[at // 20 % 20]}{letters[at % 20]}"

    def street(self, area: str | None = None) -> Street:
        name, kind = self._names.pop()
        area = area or self.chance.choice(AREAS)
        return Street(name, kind, area, self.postcode(area))

    def house_name(self) -> str:
        return self._house_names.pop()

    def add(
        self,
        street: Street,
        number: int | None = None,
        *,
        suffix: str | None = None,
        to: int | None = None,
        name: str | None = None,
        sao: str | None = None,
        flat: int | None = None,
        flat_suffix: str | None = None,
        parent: int | None = None,
        blpu_class: str = "RD04",
        postcode: str | None = None,
    ) -> int:
        self._uprn += 1
        self.gazetteer.append(
            {
                "uprn": self._uprn,
                "parent_uprn": parent,
                "sao_text": sao,
                "sao_start_number": flat,
                "sao_start_suffix": flat_suffix,
                "pao_text": name,
                "pao_start_number": number,
                "pao_start_suffix": suffix,
                "pao_end_number": to,
                "street_descriptor": street.whole.upper(),
                "locality": None,
                "town_name": street.town.upper(),
                "administrative_area": street.area,
                "postcode": postcode or street.postcode,
                "blpu_class": blpu_class,
            }
        )
        return self._uprn

    def houses(self, street: Street, *numbers: int) -> dict[int, int]:
        return {number: self.add(street, number) for number in numbers}

    def flats(self, street: Street, number: int | None, count: int, **more) -> dict[int, int]:
        shell = self.add(street, number, blpu_class="PP", **more)
        return {
            at: self.add(street, number, sao="FLAT", flat=at, parent=shell, blpu_class="RD06", **more)
            for at in range(1, count + 1)
        }

    def named_flats(self, street: Street, number: int, *saos: str, **more) -> dict[str, int]:
        shell = self.add(street, number, blpu_class="PP", **more)
        return {
            sao: self.add(street, number, sao=sao, parent=shell, blpu_class="RD06", **more) for sao in saos
        }

    # -- the addresses ---------------------------------------------------------------------------

    def ask(self, kind: str, address: str, postcode: str | None, area: str, truth: int | None) -> None:
        record = f"{kind}-{len(self.labelled)}"
        self.kind_of[record] = kind
        self.labelled.append(
            {
                "record_id": record,
                "address": address,
                "postcode": postcode,
                "borough": area,
                "truth_uprn": truth,
            }
        )

    def misspelt(self, word: str) -> str:
        at = self.chance.randrange(1, len(word) - 2)
        return self.chance.choice(
            (
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + self.chance.choice("aeiou") + word[at + 1 :],
            )
        )


Kind = Callable[[Suite, Callable[[str, "str | None", str, "int | None"], None]], None]
KINDS: dict[str, Kind] = {}


def kind(make: Kind) -> Kind:
    KINDS[make.__name__] = make
    return make


def build(seed: int = 11) -> Suite:
    """All kinds, `CASES` of each."""
    suite = Suite(seed)
    for name, make in KINDS.items():
        for _ in range(CASES):
            make(
                suite,
                lambda address, postcode, area, truth, name=name: suite.ask(
                    name, address, postcode, area, truth
                ),
            )
    return suite


def _flat(suite: Suite) -> tuple[Street, int, int, int]:
    """A street with a converted house among houses: street, number, flat and its UPRN."""
    street = suite.street()
    number = suite.chance.randrange(2, 60)
    flats = suite.flats(street, number, suite.chance.randrange(3, 9))
    suite.houses(street, number + 2, number + 4)
    flat = suite.chance.choice(list(flats))
    return street, number, flat, flats[flat]


def _any(suite: Suite, *forms: str) -> str:
    return suite.chance.choice(forms)


@kind
def flat_without_comma(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite, f"Flat {f} {n} {s.whole} London", f"FLAT {f} {n} {s.short}", f"flat no {f} {n} {s.whole}"
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_slash(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(suite, f"{f}/{n} {s.whole}", f"{f} / {n} {s.short}, London", f"Flat {f}/{n} {s.whole}"),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_behind_the_street(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite,
            f"{n} {s.whole} Flat {f}",
            f"{n} {s.short}, flat {f}, London",
            f"{n} {s.whole} (Flat {f})",
            f"{n} {s.whole} - Flat {f}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_behind_the_number(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(suite, f"{n} Flat {f} {s.whole}", f"{n} (flat {f}), {s.whole}", f"No {n} flat {f} {s.short}"),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_in_words(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(f"Flat {ORDINALS[f].capitalize()}, {n} {s.whole}", s.postcode, s.area, uprn)


@kind
def flat_by_another_word(suite, ask):
    s, n, f, uprn = _flat(suite)
    word = _any(suite, "Apt", "Apartment", "Appt.", "Unit", "Flt", "Apt.", "Studio")
    ask(f"{word} {f}, {n} {s.whole}, London", s.postcode, s.area, uprn)


@kind
def flat_as_f(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite,
            f"F{f}, {n} {s.whole}",
            f"F{f} {n} {s.short}",
            f"F {f}, {n} {s.whole}",
            f"Flat{f}, {n} {s.whole}",
            f"FLT{f} {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_number_alone(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(suite, f"{f}, {n} {s.whole}", f"No {f}, {n} {s.short}, London", f"#{f} {n} {s.whole}"),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_said_twice(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(suite, f"Flat {f}, Flat {f}, {n} {s.whole}", f"Flat {f}, {n} {s.whole}, {n} {s.whole}, London"),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_with_nought(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(f"Flat 0{f}, {n} {s.whole}", s.postcode, s.area, uprn)


def _lettered(suite) -> tuple[Street, int, str, int]:
    s, n = suite.street(), suite.chance.randrange(2, 60)
    flats = suite.named_flats(s, n, "FLAT A", "FLAT B", "FLAT C", "FLAT D")
    suite.houses(s, n + 2)
    letter = suite.chance.choice("ABCD")
    return s, n, letter, flats[f"FLAT {letter}"]


@kind
def letter_behind_the_number(suite, ask):
    s, n, letter, uprn = _lettered(suite)
    ask(
        _any(
            suite,
            f"{n}{letter} {s.whole}",
            f"{n} {letter} {s.whole}",
            f"{n}{letter.lower()} {s.short}",
            f"{n}-{letter} {s.whole}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def letter_before_the_number(suite, ask):
    s, n, letter, uprn = _lettered(suite)
    ask(
        _any(
            suite,
            f"{letter}/{n} {s.whole}",
            f"{letter}, {n} {s.whole}",
            f"Flat {letter} {n} {s.short}",
            f"Apt {letter.lower()}, {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def suffix_as_a_flat(suite, ask):
    """26E Kelvin Road, said as Flat E, 26."""
    s, n = suite.street(), suite.chance.randrange(2, 60)
    houses = {letter: suite.add(s, n, suffix=letter) for letter in "ABCDE"}
    suite.houses(s, n + 2)
    letter = suite.chance.choice("ABCDE")
    ask(
        _any(
            suite,
            f"Flat {letter}, {n} {s.whole}",
            f"{n} {s.whole}, Flat {letter}",
            f"Flat {letter} {n} {s.short}",
        ),
        s.postcode,
        s.area,
        houses[letter],
    )


@kind
def suffix_apart(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    houses = {letter: suite.add(s, n, suffix=letter or None) for letter in ("", "A", "B")}
    letter = suite.chance.choice("AB")
    ask(
        _any(
            suite,
            f"{n} {letter} {s.whole}",
            f"{n} {letter.lower()}, {s.short}",
            f"{n}/{letter} {s.whole}",
            f"{n}-{letter} {s.whole}",
        ),
        s.postcode,
        s.area,
        houses[letter],
    )


@kind
def number_as_a_letter(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(f"Flat {chr(64 + f)}, {n} {s.whole}", s.postcode, s.area, uprn)


@kind
def letter_as_a_number(suite, ask):
    s, n, letter, uprn = _lettered(suite)
    ask(f"Flat {ord(letter) - 64}, {n} {s.whole}, London", s.postcode, s.area, uprn)


FLOORS = {
    "BASEMENT FLAT": (
        "Bsmt Flat",
        "Basement",
        "basement flat",
        "Lower Ground Floor Flat",
        "LGF Flat",
        "Flat B/F",
        "Flat Basement",
    ),
    "GROUND FLOOR FLAT": (
        "GFF",
        "Ground Flr Flat",
        "G/F Flat",
        "Ground Floor",
        "Grd Floor Flat",
        "Flat Ground Floor",
        "Gnd Flr",
        "GF Flat",
    ),
    "FIRST FLOOR FLAT": (
        "FFF",
        "1st Floor Flat",
        "1st Flr",
        "First Floor",
        "F/F Flat",
        "Flat 1st Floor",
        "1/F Flat",
        "FF Flat",
    ),
    "SECOND FLOOR FLAT": (
        "SFF",
        "2nd Floor Flat",
        "2nd Flr",
        "Second Floor",
        "Flat on second floor",
        "2nd flr flat",
    ),
    "TOP FLOOR FLAT": (
        "TFF",
        "Top Flr Flat",
        "Top Flat",
        "Top Floor",
        "T/F Flat",
        "Attic Flat",
        "Third Floor Flat",
        "Flat Top Floor",
    ),
}


def _floors(suite) -> tuple[Street, int, dict[str, int]]:
    s, n = suite.street(), suite.chance.randrange(2, 60)
    flats = suite.named_flats(s, n, *FLOORS)
    suite.houses(s, n + 2)
    return s, n, flats


def _floor_kind(sao: str) -> Kind:
    def make(suite, ask):
        s, n, flats = _floors(suite)
        said = suite.chance.choice(FLOORS[sao])
        ask(
            _any(
                suite,
                f"{said}, {n} {s.whole}",
                f"{said} {n} {s.short}",
                f"{n} {s.whole} {said}",
                f"{n} {s.whole} ({said})",
            ),
            s.postcode,
            s.area,
            flats[sao],
        )

    return make


for _sao in FLOORS:
    KINDS[_sao.lower().replace(" ", "_")] = _floor_kind(_sao)


@kind
def garden_flat(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    flats = suite.named_flats(s, n, "GARDEN FLAT", "FIRST FLOOR FLAT", "TOP FLOOR FLAT")
    ask(
        _any(
            suite,
            f"Garden Flat, {n} {s.whole}",
            f"garden flat {n} {s.short}",
            f"{n} {s.whole}, garden flat",
            f"Lower ground floor flat, {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        flats["GARDEN FLAT"],
    )


@kind
def floor_and_side(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    flats = suite.named_flats(
        s,
        n,
        "FIRST FLOOR FRONT FLAT",
        "FIRST FLOOR REAR FLAT",
        "GROUND FLOOR FRONT FLAT",
        "GROUND FLOOR REAR FLAT",
    )
    floor, side = _any(suite, "FIRST", "GROUND"), _any(suite, "FRONT", "REAR")
    f = {"FIRST": ("1st Floor", "First Flr", "FF"), "GROUND": ("Ground Floor", "GF", "Grd Flr")}[floor]
    d = {"FRONT": ("Front", "Frt"), "REAR": ("Rear", "Back")}[side]
    f, d = suite.chance.choice(f), suite.chance.choice(d)
    ask(
        _any(
            suite,
            f"{d} Flat {f}, {n} {s.whole}",
            f"{f} {d}, {n} {s.whole}",
            f"Flat {f} {d} {n} {s.short}",
            f"{d} {f} flat, {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        flats[f"{floor} FLOOR {side} FLAT"],
    )


@kind
def floor_beside_the_flat(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite,
            f"Flat {f}, First Floor, {n} {s.whole}",
            f"1st Floor Flat {f}, {n} {s.whole}",
            f"Flat {f} (2nd floor) {n} {s.short}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def several_floors(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    flats = suite.named_flats(s, n, "GROUND FLOOR FLAT", "FIRST AND SECOND FLOOR FLAT")
    ask(
        _any(
            suite,
            f"1st & 2nd Floor Flat, {n} {s.whole}",
            f"First + Second Floors, {n} {s.whole}",
            f"1st and 2nd flr maisonette {n} {s.short}",
        ),
        s.postcode,
        s.area,
        flats["FIRST AND SECOND FLOOR FLAT"],
    )


def _range(suite) -> tuple[Street, int, int]:
    s, n = suite.street(), suite.chance.randrange(2, 60)
    uprn = suite.add(s, n, to=n + 4)
    suite.houses(s, n + 6, n + 1)
    return s, n, uprn


@kind
def range_by_one_end(suite, ask):
    s, n, uprn = _range(suite)
    ask(f"{n + suite.chance.choice((0, 4))} {_any(suite, s.whole, s.short)}", s.postcode, s.area, uprn)


@kind
def range_in_words(suite, ask):
    s, n, uprn = _range(suite)
    ask(
        _any(
            suite,
            f"{n} to {n + 4} {s.whole}",
            f"{n}/{n + 4} {s.whole}",
            f"{n} - {n + 4} {s.short}",
            f"{n} & {n + 4} {s.whole}",
            f"Nos {n} and {n + 4} {s.whole}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def flat_in_a_range(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    flats = suite.flats(s, n, 5, to=n + 2)
    suite.houses(s, n + 4)
    f = suite.chance.randrange(1, 6)
    ask(
        _any(
            suite,
            f"Flat {f}, {n} {s.whole}",
            f"Flat {f}, {n + 2} {s.whole}",
            f"Flat {f} {n}-{n + 2} {s.short}",
            f"{f}/{n}-{n + 2} {s.whole}",
            f"Flat {f}, {n} to {n + 2} {s.whole}",
        ),
        s.postcode,
        s.area,
        flats[f],
    )


def _shop(suite, *saos: str) -> tuple[Street, int, int, dict[str, int]]:
    s, n = suite.street(), suite.chance.randrange(2, 60)
    shop = suite.add(s, n, blpu_class="CR08")
    flats = {sao: suite.add(s, n, sao=sao, parent=shop, blpu_class="RD06") for sao in saos}
    suite.houses(s, n + 2)
    return s, n, shop, flats


@kind
def flat_above_a_shop(suite, ask):
    sao = suite.chance.choice(("FLAT ABOVE", "FIRST FLOOR FLAT", "FLAT"))
    s, n, _, flats = _shop(suite, sao)
    ask(
        _any(
            suite,
            f"Flat above shop, {n} {s.whole}",
            f"Flat over {n} {s.whole}",
            f"Flat above {n} {s.short}",
            f"Above shop {n} {s.whole}",
            f"Flat over the shop, {n} {s.whole}",
            f"Upstairs flat, 1st floor, {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        flats[sao],
    )


@kind
def the_shop_itself(suite, ask):
    s, n, shop, _ = _shop(suite, "FIRST FLOOR FLAT", "TOP FLOOR FLAT")
    ask(
        _any(
            suite,
            f"Shop, {n} {s.whole}",
            f"Ground floor shop, {n} {s.whole}",
            f"Shop at {n} {s.short}",
            f"{n} {s.whole} (shop)",
            f"Retail unit, {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        shop,
    )


@kind
def business_name_before(suite, ask):
    s, n, shop, _ = _shop(suite, "FIRST FLOOR FLAT")
    ask(
        f"{suite.chance.choice(NAMES)}'s "
        f"{_any(suite, 'Cafe', 'Fried Chicken', 'Newsagents & Off Licence', 'Hair')}, {n} {s.whole}, London",
        s.postcode,
        s.area,
        shop,
    )


@kind
def room_in_a_hall(suite, ask):
    s, name = suite.street(), suite.house_name().upper() + " HALL"
    hall = suite.add(s, 1, name=name, blpu_class="PP")
    rooms = {}
    for block in "ABC":
        for room in range(1, 13, 3):
            rooms[block, room] = suite.add(
                s, 1, name=name, sao=f"ROOM {room} BLOCK {block}", parent=hall, blpu_class="RH02"
            )
    b, r = suite.chance.choice(list(rooms))
    h = name.title()
    ask(
        _any(
            suite,
            f"Room {r}, Block {b}, {h}, {s.whole}",
            f"Rm {r} Blk {b} {h}",
            f"{b}{r} {h}, {s.whole}",
            f"{h}, Block {b} Room {r}",
            f"{b}{r}, {h}",
            f"Block {b}, room {r}, {h}, 1 {s.short}",
        ),
        s.postcode,
        s.area,
        rooms[b, r],
    )


@kind
def bedsit(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    rooms = suite.named_flats(s, n, *(f"ROOM {at}" for at in range(1, 7)))
    r = suite.chance.randrange(1, 7)
    ask(
        _any(
            suite,
            f"Bedsit {r}, {n} {s.whole}",
            f"Rm {r}, {n} {s.whole}",
            f"Flat {r}, {n} {s.short}",
            f"{n} {s.whole}, Room {r}",
            f"Bedroom {r} {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        rooms[f"ROOM {r}"],
    )


@kind
def care_of(suite, ask):
    s, n, f, uprn = _flat(suite)
    who = _any(suite, "Mr J Smith", "Mrs A B Okafor", "Patel", "The Manager")
    ask(
        _any(
            suite,
            f"c/o {who}, Flat {f}, {n} {s.whole}",
            f"C/O {who} Flat {f} {n} {s.whole}",
            f"care of {who}, flat {f}, {n} {s.short}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def name_before(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    houses = suite.houses(s, n, n + 2)
    ask(
        _any(
            suite,
            f"Mr & Mrs J Brown, {n} {s.whole}",
            f"Ms K. Adeyemi, {n} {s.whole}, London",
            f"The Occupier, {n} {s.short}",
            f"F.A.O. Mr T Lee {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        houses[n],
    )


@kind
def postcode_missing(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(_any(suite, f"Flat {f}, {n} {s.whole}, London", f"Flat {f} {n} {s.short}"), None, s.area, uprn)


@kind
def postcode_of_another_street(suite, ask):
    s, n, f, uprn = _flat(suite)
    other = suite.street(s.area)
    suite.houses(other, n, n + 2)
    ask(f"Flat {f}, {n} {s.whole}", other.postcode, s.area, uprn)


@kind
def postcode_one_letter_wrong(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    houses = suite.houses(s, n, n + 2)
    wrong = s.postcode[:-1] + suite.chance.choice([letter for letter in "ABDEFG" if letter != s.postcode[-1]])
    ask(f"{n} {s.whole}, London", wrong, s.area, houses[n])


@kind
def postcode_in_the_address(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite,
            f"Flat {f}, {n} {s.whole}, London {s.postcode}",
            f"Flat {f} {n} {s.short} {s.postcode.replace(' ', '')}",
            f"Flat {f}, {n} {s.whole}, LONDON {s.postcode.split()[0]}",
        ),
        _any(suite, s.postcode, s.postcode.lower().replace(" ", "")),
        s.area,
        uprn,
    )


@kind
def same_street_twice(suite, ask):
    """Two streets of one name in one borough: only the postcode tells."""
    s = suite.street()
    other = Street(s.name, s.type, s.area, suite.postcode(s.area))
    n = suite.chance.randrange(2, 60)
    here = suite.houses(s, n, n + 2)
    suite.houses(other, n, n + 2)
    ask(f"{n} {_any(suite, s.whole, s.short)}, London", s.postcode, s.area, here[n])


@kind
def same_street_in_two_boroughs(suite, ask):
    s = suite.street("northam")
    other = Street(s.name, s.type, "southam", suite.postcode("southam"))
    n = suite.chance.randrange(2, 60)
    here = suite.houses(s, n, n + 2)
    suite.houses(other, n, n + 2)
    ask(f"{n} {s.whole}, London", _any(suite, s.postcode, ""), s.area, here[n])


@kind
def street_misspelt(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        f"Flat {f}, {n} {suite.misspelt(s.name)} {_any(suite, s.type, TYPES[s.type][0])}",
        s.postcode,
        s.area,
        uprn,
    )


@kind
def street_misspelt_no_postcode(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(f"Flat {f}, {n} {suite.misspelt(s.name)} {s.type}, London", None, s.area, uprn)


@kind
def street_without_type(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(_any(suite, f"Flat {f}, {n} {s.name}", f"{f}/{n} {s.name}, London"), s.postcode, s.area, uprn)


@kind
def house_by_its_name(suite, ask):
    s, name = suite.street(), suite.house_name() + " Cottage"
    uprn = suite.add(s, None, name=name.upper())
    suite.houses(s, 3, 5)
    ask(
        _any(suite, f"{name}, {s.whole}", f"{name} {s.short}, London", f"The {name}, {s.whole}"),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def numbered_house_by_its_name(suite, ask):
    s, name = suite.street(), suite.house_name() + " Lodge"
    uprn = suite.add(s, 7, name=name.upper())
    suite.houses(s, 5, 9)
    ask(
        _any(suite, f"{name}, {s.whole}", f"{name}, 7 {s.whole}", f"7 {s.whole}", f"7, {name}, {s.short}"),
        s.postcode,
        s.area,
        uprn,
    )


def _block(suite) -> tuple[Street, str, int, int]:
    s, name = (
        suite.street(),
        suite.house_name() + " " + suite.chance.choice(("Court", "House", "Mansions", "Heights")),
    )
    flats = suite.flats(s, 9, 30, name=name.upper())
    suite.flats(s, 11, 12, name=suite.house_name().upper() + " COURT")
    suite.houses(s, 3, 4, 5, 6)
    f = suite.chance.randrange(1, 31)
    return s, name, f, flats[f]


@kind
def block_without_street(suite, ask):
    s, name, f, uprn = _block(suite)
    ask(_any(suite, f"Flat {f}, {name}", f"{f} {name}, London", f"Apt {f} {name}"), s.postcode, s.area, uprn)


@kind
def block_without_number(suite, ask):
    s, name, f, uprn = _block(suite)
    ask(
        _any(
            suite,
            f"{f} {name}, {s.whole}",
            f"Flat {f} {name} {s.short}",
            f"{name}, Flat {f}, {s.whole}",
            f"{f}, {name}, {s.whole}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def block_without_its_name(suite, ask):
    s, _, f, uprn = _block(suite)
    ask(_any(suite, f"Flat {f}, 9 {s.whole}", f"{f}/9 {s.whole}"), s.postcode, s.area, uprn)


@kind
def block_misspelt(suite, ask):
    s, name, f, uprn = _block(suite)
    first, last = name.rsplit(" ", 1)
    ask(
        _any(
            suite,
            f"Flat {f}, {suite.misspelt(first)} {last}, {s.whole}",
            f"{f} {suite.misspelt(first)} {last}, 9 {s.whole}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def number_in_words(suite, ask):
    s = suite.street()
    n = suite.chance.randrange(2, 12)
    houses = suite.houses(s, *range(1, 14))
    ask(f"{ORDINALS[n].capitalize()} {s.whole}, London", s.postcode, s.area, houses[n])


@kind
def number_with_no(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    houses = suite.houses(s, n, n + 2)
    ask(
        _any(
            suite,
            f"No. {n} {s.whole}",
            f"No {n}, {s.short}",
            f"Number {n} {s.whole}",
            f"#{n} {s.whole}",
            f"No.{n} {s.whole}",
        ),
        s.postcode,
        s.area,
        houses[n],
    )


@kind
def turned_round(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite,
            f"{s.whole} {n}, Flat {f}",
            f"London, {s.whole}, {n}, Flat {f}",
            f"{s.short}, {n} (Flat {f})",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def run_together(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite,
            f"Flat{f},{n} {s.whole},London,{s.postcode}",
            f"FLAT {f};{n} {s.whole};LONDON",
            f"Flat {f}\n{n} {s.whole}\r\nLondon",
            f"Flat.{f}.{n}.{s.name}.{s.type}",
            f"FLAT {f},,{n},{s.whole},,",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def more_behind(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    houses = suite.houses(s, n, n + 2)
    ask(
        f"{n} {s.whole}, "
        + _any(
            suite,
            "Greater London, UK",
            s.area.upper(),
            "London Borough of " + s.area.title() + ", England",
            "Off the High Street, London",
        ),
        s.postcode,
        s.area,
        houses[n],
    )


@kind
def only_the_building(suite, ask):
    """The flat was dropped: no dwelling is right."""
    s, n, _, _ = _flat(suite)
    ask(f"{n} {s.whole}", s.postcode, s.area, None)


@kind
def flat_that_is_not_there(suite, ask):
    s, n, _, _ = _flat(suite)
    ask(
        _any(
            suite,
            f"Flat {suite.chance.randrange(10, 40)}, {n} {s.whole}",
            f"{suite.chance.randrange(10, 40)}/{n} {s.short}",
        ),
        s.postcode,
        s.area,
        None,
    )


@kind
def floor_of_a_block_with_numbers(suite, ask):
    """Flats have numbers there: which one is on that floor, nobody can tell."""
    s, name, _, _ = _block(suite)
    ask(
        _any(
            suite,
            f"Ground Floor Flat, {name}, 9 {s.whole}",
            f"GFF {name}, 9 {s.short}",
            f"Top Floor Flat, {name}, 9 {s.whole}",
        ),
        s.postcode,
        s.area,
        None,
    )


@kind
def block_without_its_flat(suite, ask):
    s, name, _, _ = _block(suite)
    ask(_any(suite, f"{name}, 9 {s.whole}", f"{name}, {s.whole}, London"), s.postcode, s.area, None)


@kind
def number_that_is_not_there(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2, n + 4)
    ask(f"{n + suite.chance.choice((1, 6, 10, 100))} {s.whole}, London", s.postcode, s.area, None)


@kind
def street_that_is_not_there(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2)
    other = suite.street(s.area)
    ask(f"{n} {other.whole}, London", s.postcode, s.area, None)


@kind
def land_and_garages(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2)
    ask(
        _any(
            suite,
            f"Land adjacent to {n} {s.whole}",
            f"Garage rear of {n} {s.whole}",
            f"Garages opposite {n} {s.short}",
            f"Land at rear of {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        None,
    )


def _in_words(suite, number: int) -> str:
    """A number above twenty in words."""
    tens = {2: "Twenty", 3: "Thirty", 4: "Forty", 5: "Fifty"}[number // 10]
    return f"{tens}{_any(suite, '-', ' ')}{ORDINALS[number % 10]}"


@kind
def number_in_two_words(suite, ask):
    s = suite.street()
    n = suite.chance.choice([at for at in range(21, 60) if at % 10])
    houses = suite.houses(s, n, n % 10, n // 10 * 10)
    ask(f"{_in_words(suite, n)} {s.whole}", s.postcode, s.area, houses[n])


@kind
def letters_for_digits(suite, ask):
    s = suite.street()
    n = suite.chance.choice((10, 12, 13, 15, 16, 18, 19, 20, 30, 40))
    houses = suite.houses(s, n, n % 10 or n // 10)
    text = str(n).replace("0", "O") if n % 10 == 0 else _any(suite, "l", "I") + str(n)[1:]
    ask(f"{text} {s.whole}, London", s.postcode, s.area, houses[n])


@kind
def number_without_blank(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(f"Flat {f}, {n}{s.whole}", s.postcode, s.area, uprn)


@kind
def floor_as_fl(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    flats = suite.named_flats(s, n, "GROUND FLOOR FLAT", "FIRST FLOOR FLAT", "TOP FLOOR FLAT")
    floor, short = suite.chance.choice((("GROUND", "Grd"), ("FIRST", "1st"), ("TOP", "Top")))
    ask(
        _any(
            suite,
            f"{short} Fl Flat, {n} {s.whole}",
            f"{short} Fl., {n} {s.whole}",
            f"Flat on the {short} fl, {n} {s.short}",
            f"{short} Flrs, {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        flats[f"{floor} FLOOR FLAT"],
    )


@kind
def the_only_maisonette(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    sao = suite.chance.choice(
        ("FIRST AND SECOND FLOOR MAISONETTE", "BASEMENT AND GROUND FLOOR MAISONETTE", "MAISONETTE")
    )
    flats = suite.named_flats(s, n, sao, "THIRD FLOOR FLAT", "TOP FLOOR FLAT")
    ask(_any(suite, f"Maisonette, {n} {s.whole}", f"The Mais, {n} {s.short}"), s.postcode, s.area, flats[sao])


@kind
def reference_in_front(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        _any(
            suite,
            f"From 01/04/2023: Flat {f}, {n} {s.whole}",
            f"Flat {f}, {n} {s.whole} (since 2019)",
            f"Case 2023/0417: Flat {f}, {n} {s.whole}",
            f"HB12345 Flat {f} {n} {s.short}",
            f"Site address - Flat {f}, {n} {s.whole}",
            f"2 bed flat, Flat {f}, {n} {s.whole}",
            f"1) Flat {f}, {n} {s.whole}",
            f"Five Star Cleaning, Flat {f}, {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def all_of_it_twice(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(f"Flat {f}, {n} {s.whole}, Flat {f}, {n} {s.whole}, London", s.postcode, s.area, uprn)


@kind
def lines_and_districts(suite, ask):
    s, n, f, uprn = _flat(suite)
    district = s.postcode.split()[0]
    dotted = ".".join((district.rstrip("0123456789"), district.lstrip("NSE")))
    ask(
        _any(suite, f"Flat {f}\\n{n} {s.whole}\\nLondon", f"Flat {f}, {n} {s.whole}, London {dotted}"),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def number_behind_the_block(suite, ask):
    s, name, f, uprn = _block(suite)
    if f == 9:  # the building's own number: nobody can tell
        f, uprn = 8, uprn - 1
    ask(
        _any(
            suite,
            f"{name} {f}, {s.whole}",
            f"{name} ({f}), {s.whole}, London",
            f"{name}, No {f}, {s.short}",
        ),
        s.postcode,
        s.area,
        uprn,
    )


@kind
def block_run_together(suite, ask):
    s, name, f, uprn = _block(suite)
    first, last = name.rsplit(" ", 1)
    ask(_any(suite, "", "Flat ") + f"{f} {first}{last.lower()}, {s.whole}", s.postcode, s.area, uprn)


@kind
def block_that_is_not_there(suite, ask):
    """A flat in a block that is in no gazetteer is not the house of its number."""
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2)
    name = suite.house_name() + _any(suite, " Court", " House", " Mansions", " Villas")
    ask(
        _any(suite, f"{n} {name}, {s.whole}", f"{n}, {name}, {s.short}", f"Flat {n} {name} {s.whole}"),
        s.postcode,
        s.area,
        None,
    )


@kind
def longer_name_of_a_street(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2)
    ask(f"{n} {_any(suite, 'Upper', 'Little', 'Old', 'Danbury')} {s.whole}", s.postcode, s.area, None)


@kind
def flat_without_its_house(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2)
    ask(_any(suite, f"Flat {n}, {s.whole}", f"Apt {n} {s.short}, London"), s.postcode, s.area, None)


@kind
def flat_of_a_house(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2)
    ask(f"Flat {n}, {n} {s.whole}", s.postcode, s.area, None)


@kind
def no_dwelling_beside_it(suite, ask):
    s, name, f, _ = _block(suite)
    ask(
        _any(
            suite,
            f"Parking Space {f}, {name}, {s.whole}",
            f"Pram Shed {f} {name}, {s.whole}",
            f"Store {f}, {name}",
            f"Advertising hoarding o/s 4 {s.whole}",
            f"Substation adj 4 {s.whole}",
            f"Car park next to 4 {s.short}",
        ),
        s.postcode,
        s.area,
        None,
    )


@kind
def parking_space_with_its_own_door(suite, ask):
    s, name, f, _ = _block(suite)
    sao = suite.chance.choice(("PARKING SPACE", "GARAGE", "STORE"))
    uprn = suite.add(s, 9, name=name.upper(), sao=sao, flat=f, blpu_class="RG02")
    ask(f"{sao.capitalize()} {f}, {name}, {s.whole}", s.postcode, s.area, uprn)


@kind
def note_behind_the_address(suite, ask):
    s, n, f, uprn = _flat(suite)
    ask(
        f"Flat {f}, {n} {s.whole} {_any(suite, '(opposite the school)', '- next to Tesco', 'adj. the park')}",
        s.postcode,
        s.area,
        uprn,
    )


@kind
def another_town(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.houses(s, n, n + 2)
    town, postcode = suite.chance.choice(
        (("Leeds", "LS6 2AB"), ("Luton", "LU1 1HL"), ("Cardiff", "CF10 1AA"))
    )
    ask(
        _any(suite, f"{n} {s.whole}, {town}", f"{n} {s.short}, {town}, {postcode}"),
        postcode,
        _any(suite, s.area, ""),
        None,
    )


def _two_towns(suite) -> tuple[Street, Street, int]:
    """Two streets of one name in two towns of one borough, both with that number and both with others."""
    suite.towns = getattr(suite, "towns", 0) + 1
    name, kind = suite._names.pop()
    here = Street(name, kind, "northam", f"TW3 {suite.towns % 9}{suite.postcode('northam')[-2:]}", "Hounslow")
    there = Street(
        name, kind, "northam", f"TW8 {suite.towns % 9}{suite.postcode('northam')[-2:]}", "Brentford"
    )
    return here, there, suite.chance.randrange(2, 60)


@kind
def same_street_in_two_towns(suite, ask):
    here, there, n = _two_towns(suite)
    houses = suite.houses(here, n, n + 2)
    suite.houses(there, n, n + 4)
    ask(
        _any(suite, f"{n} {here.whole}, {here.town}", f"{n} {here.short}"),
        here.postcode,
        here.area,
        houses[n],
    )
    suite.labelled[-1]["postcode"] = here.postcode if here.town not in suite.labelled[-1]["address"] else None


@kind
def number_only_in_the_other_town(suite, ask):
    here, there, n = _two_towns(suite)
    suite.houses(here, n, n + 2)
    suite.houses(there, n, n + 4)
    ask(f"{n + 4} {here.whole}, {here.town}", _any(suite, here.postcode, ""), here.area, None)


@kind
def which_of_two_towns(suite, ask):
    here, there, n = _two_towns(suite)
    suite.houses(here, n, n + 2)
    suite.houses(there, n, n + 4)
    ask(_any(suite, f"{n} {here.whole}", f"{n} {here.short}, Middlesex"), None, here.area, None)


@kind
def numbered_flat_above_a_shop(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    shop = suite.add(s, n, blpu_class="CR08")
    flats = {f: suite.add(s, n, sao="FLAT", flat=f, parent=shop, blpu_class="RD06") for f in (1, 2, 3)}
    f = suite.chance.randrange(1, 4)
    ask(
        _any(
            suite,
            f"Flat {f} above {n} {s.whole}",
            f"Flat {f} (above shop) {n} {s.whole}",
            f"Flat {f} over {n} {s.short}",
            f"Flat {f}, above shop at {n} {s.whole}",
        ),
        s.postcode,
        s.area,
        flats[f],
    )


@kind
def lettered_flat_above_a_shop(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.add(s, n, blpu_class="CR08")
    flats = {letter: suite.add(s, n, suffix=letter, blpu_class="RD06") for letter in "AB"}
    letter = suite.chance.choice("AB")
    ask(
        _any(suite, f"Flat {letter} above {n} {s.whole}", f"Flat {letter} (over shop), {n} {s.whole}"),
        s.postcode,
        s.area,
        flats[letter],
    )


@kind
def the_flat_at_a_shop(suite, ask):
    sao = suite.chance.choice(("FLAT ABOVE", "FIRST FLOOR FLAT", "FLAT", "UPPER FLOOR FLAT", "FLAT OVER"))
    s, n, _, flats = _shop(suite, sao)
    ask(
        _any(
            suite,
            f"The Flat, {n} {s.whole}",
            f"Flat, {n} {s.whole}",
            f"Upstairs flat {n} {s.whole}",
            f"Flat abv {n} {s.short}",
        ),
        s.postcode,
        s.area,
        flats[sao],
    )


@kind
def flat_at_a_shop_without_any(suite, ask):
    """Never the shop."""
    s, n = suite.street(), suite.chance.randrange(2, 60)
    suite.add(s, n, blpu_class="CR08")
    suite.houses(s, n + 2)
    ask(
        _any(suite, f"The Flat, {n} {s.whole}", f"Flat above {n} {s.whole}", f"Flat 2, {n} {s.short}"),
        s.postcode,
        s.area,
        None,
    )


@kind
def the_only_shop_of_a_building(suite, ask):
    s, n = suite.street(), suite.chance.randrange(2, 60)
    shell = suite.add(s, n, blpu_class="PP")
    sao = suite.chance.choice(("SHOP", "GROUND FLOOR SHOP", "GROUND FLOOR"))
    shop = suite.add(s, n, sao=sao, parent=shell, blpu_class="CR08")
    suite.add(s, n, sao="FLAT", flat=1, parent=shell, blpu_class="RD06")
    suite.add(s, n, sao="FLAT", flat=2, parent=shell, blpu_class="RD06")
    ask(
        _any(suite, f"Shop at {n} {s.whole}", f"{n} {s.short} (Shop)", f"Ground Floor Shop, {n} {s.whole}"),
        s.postcode,
        s.area,
        shop,
    )


@kind
def room_of_a_flat(suite, ask):
    s, name = suite.street(), suite.house_name().upper() + " HALL"
    hall = suite.add(s, name=name, blpu_class="RI02")
    rooms = {
        (f, letter): suite.add(s, name=name, sao=f"FLAT {f} ROOM {letter}", parent=hall, blpu_class="RH03")
        for f in (1, 2, 3)
        for letter in "ABC"
    }
    suite.add(s, 3, suffix="A")
    f, letter = suite.chance.choice(list(rooms))
    ask(
        _any(
            suite,
            f"Room {f}{letter}, {name.title()}, {s.whole}",
            f"{f}{letter} {name.title()}, {s.whole}",
            f"Flat {f}{letter} {name.title()}",
        ),
        s.postcode,
        s.area,
        rooms[f, letter],
    )


@kind
def unit_of_a_business_centre(suite, ask):
    s, name = suite.street(), suite.house_name().upper() + " INDUSTRIAL ESTATE"
    centre = suite.add(s, 9, name=name, blpu_class="PP")
    units = {
        at: suite.add(s, 9, name=name, sao="UNIT", flat=at, parent=centre, blpu_class="CI01")
        for at in range(1, 9)
    }
    suite.houses(s, 3, 5)
    u, h = suite.chance.randrange(1, 9), name.title()
    ask(
        _any(
            suite,
            f"{h} U{u}, {s.whole}",
            f"Unit {u} {h.replace('Industrial Estate', 'Ind Est')}",
            f"{h} (Unit {u}), {s.whole}",
            f"{u} {h}, {s.whole}",
        ),
        s.postcode,
        s.area,
        units[u],
    )

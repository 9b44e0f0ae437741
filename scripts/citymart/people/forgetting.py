"""A person who asks to be erased: out of the landing and of all that was made of it, and not back again.

The order is what makes it safe to kill: first the tombstones, by which a load keeps the person out from then
on; then the landing, file by file; what the build knows goes last, because it says who is meant.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from .. import at_rest, lake
from ..disk import written_anew
from ..errors import CityMartError, UsageError
from ..home import Home
from ..lake_releases import empty
from ..landing import loading
from ..layouts import Seeds
from ..lock import build_lock
from ..releases import remove
from . import keys as registry
from . import remembered as linkage
from . import sweeping, tombstones, traces
from .identity import Named, birth_of, letters, nhs_of, nino_of, parted_name, postcode_of, whole_name
from .sweeping import Extract, Hit
from .tombstones import PERSON, ROW, YEAR, Tombstones, kept_of

FOUND_AGAIN = (
    *(f"{linkage.FILE}{end}" for end in ("", ".wal", ".spill")),
    *("pairs.parquet", "records.parquet", "frequencies.parquet"),  # of builds before there was that file
)
SEEN = "forgotten-seen.json"


@dataclass
class Record:
    """A record of `int_person_records` that is the person's."""

    record_id: str
    subject: str
    provider: str
    extract_id: str
    row_number: int
    name: tuple[str, str]
    birth: str
    nino: str
    nhs: str
    postcode: str


@dataclass
class Plan:
    """What forgetting a person would do. Names nobody, but for `wanted` and `keys`, which stay in memory."""

    person: str
    records: list[Record]
    hits: list[dict[str, Any]]
    keys: list[tuple[str, str]]
    wanted: traces.Wanted
    shared_with: dict[str, list[str]]
    not_found: list[dict[str, Any]]
    before: str | None = None  # the case, where this was begun or done already

    @property
    def rows(self) -> int:
        return sum(len(hit["row_numbers"]) for hit in self.hits)


@dataclass
class Done:
    """What was done, and what a search of the home then found."""

    plan: Plan
    case: str
    rows: int
    extracts: int
    removed: list[str] = field(default_factory=list)
    search: traces.Found = field(default_factory=traces.Found)

    @property
    def left(self) -> list[str]:
        named = [f"{name} ({where})" for name, where in self.search.hits]
        return named + [f"{told}, so it could not be searched" for told in self.search.unread]


class _Built:
    """What the build database knows of persons."""

    def __init__(self, home: Home):
        files = [home.build / "dev" / "mart.duckdb", lake.pointer(home)]
        there = [file for file in files if file.exists()]
        self.database = max(there, key=lambda file: file.stat().st_mtime, default=files[0])

    def __bool__(self) -> bool:
        return self.database.exists()

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple]:
        try:
            with at_rest.opened(self.database) as con:
                return con.execute(sql, list(parameters)).fetchall()
        except duckdb.CatalogException:
            raise CityMartError(
                f"{self.database} has no persons in it: run `citymart build`, then forget"
            ) from None
        except duckdb.Error as error:
            raise CityMartError(
                f"{self.database} can't be opened ({str(error).splitlines()[0][:120]}); close what has it "
                "open, or run `citymart build`"
            ) from None

    def records(self, person: str, more: Sequence[str]) -> list[Record]:
        rows = self.ask(
            """
            select records.record_id, subject, provider_code, extract_id, row_number, first_name, surname,
                name, birth_date::varchar, nino, nhs_number, postcode
            from conformed.int_person_records as records
            inner join conformed.int_person_keys as keys on records.record_id = keys.record_id
            where keys.person_key = ? or list_contains(?, records.record_id)
            order by subject, provider_code, extract_id, row_number
            """,
            [person, list(more)],
        )
        return [
            Record(
                *row[:5], _name(*row[5:8]), birth_of(row[8] or ""), nino_of(row[9] or ""),
                nhs_of(row[10] or ""), postcode_of(row[11] or ""),
            )
            for row in rows
        ]  # fmt: skip

    def others(
        self, rows: Iterable[tuple[str, int]], person: str, more: Sequence[str]
    ) -> dict[tuple[str, int], list[tuple[str, tuple[str, str]]]]:
        """(extract, record) → the other persons whom these records are of: key and name."""
        ids = sorted({extract for extract, _ in rows})
        found: dict[tuple[str, int], list] = defaultdict(list)
        for extract, row, key, *names in self.ask(
            """
            select extract_id, row_number, person_key, first_name, surname, name
            from conformed.int_person_records as records
            inner join conformed.int_person_keys as keys on records.record_id = keys.record_id
            where list_contains(?, extract_id) and person_key <> ? and not list_contains(?, records.record_id)
            """,
            [ids, person, list(more)],
        ):
            found[extract, row].append((key, _name(*names)))
        return found


def _name(first: str | None, surname: str | None, whole: str | None) -> tuple[str, str]:
    return parted_name(first or "", surname or "") if first or surname else whole_name(whole or "")


def plan(home: Home, person: str, more: Sequence[str] = (), *, seeds: Seeds | None = None) -> Plan:
    """Which landed records are the person's, and by what the next delivery will be known.

    `more` are record ids that nobody linked with the person and that are theirs too. Raises `UsageError` for
    a key or record that there is none of, `CityMartError` where nothing is built.
    """
    seeds, built = seeds or Seeds(), _Built(home)
    stones = tombstones.read(home)
    person = merged_into(home, person)
    before = next(iter(stones.has(PERSON, person)), None) if stones else None
    if not built:
        if before:
            return _again(home, seeds, stones, person, before)
        raise CityMartError(
            f"there is no build in {home.root}, and without it nobody knows whose records are whose: run "
            "`citymart build`, then forget"
        )
    records = built.records(person, more)
    if unknown := sorted({*more} - {record.record_id for record in records}):
        raise UsageError(f"no record of a person has the id {unknown[0]}: see restricted.fct_service_use")
    if not records or (len(records) <= len(more) and not _has_key(built, person)):
        if before:
            return _again(home, seeds, stones, person, before)
        raise UsageError(
            f"no person has the key {person}: restricted.dim_person of the build has them all; if it is "
            "older than the newest load, run `citymart build` first"
        )
    return _planned(home, seeds, built, person, more, records, before)


def _has_key(built: _Built, person: str) -> bool:
    return bool(built.ask("select 1 from conformed.int_person_keys where person_key = ? limit 1", [person]))


def merged_into(home: Home, person: str) -> str:
    """The key that a person has now whose key was merged into another's."""
    return registry.follow(registry.history(tombstones.folder(home)), person)


def _again(home: Home, seeds: Seeds, stones: Tombstones, person: str, case: str) -> Plan:
    """Forgotten before, and the build does not know them any more: only what came in since."""
    hits = _told(_hits(home, seeds, stones, pointed=True))
    return Plan(person, [], hits, [], traces.Wanted(), {}, [], case)


def _planned(
    home: Home,
    seeds: Seeds,
    built: _Built,
    person: str,
    more: Sequence[str],
    records: list[Record],
    before: str | None,
) -> Plan:
    of_row: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in records:
        of_row[record.extract_id, record.row_number].append(record)
    found = {extract.id: extract for extract in sweeping.extracts(home, seeds)}
    keys: dict[tuple[str, str], None] = {}
    who: list[Named] = []
    wanted = traces.Wanted()
    not_found = []
    for (extract_id, row_number), of_it in of_row.items():
        units = _units(found.get(extract_id), seeds, row_number, of_it)
        if not units:
            not_found.append(
                {"subject": of_it[0].subject, "extract_id": extract_id, "row_number": row_number}
            )
        for reader, row, one in units:
            who.append(one)
            keys |= dict.fromkeys(kept_of(reader, row, one))
            keys[ROW, f"{extract_id}|{row_number}|{one.name}"] = None
            wanted.beside |= {*row.postcodes}
    for record in records:
        who.append(Named(*record.name, (), birth=record.birth, nino=record.nino, nhs=record.nhs))
        wanted.beside |= {record.postcode} - {""}
    births = {one.birth for one in who if one.birth}
    wanted.beside |= births
    wanted.numbers |= {one.nino for one in who if one.nino} | {one.nhs for one in who if one.nhs}
    wanted.names |= {(one.forename, one.surname) for one in who if one.is_full}
    keys |= dict.fromkeys(_across(records, who, wanted))
    case = "plan"
    keys |= dict.fromkeys([(YEAR, f"{case}|{birth[:4]}") for birth in births])

    asked = Tombstones(secrets.token_bytes(32))
    asked.add(case, [(kind, asked.hash(kind, text)) for kind, text in keys])
    hits = _hits(home, seeds, asked, pointed=True)
    shared, withheld = _shared(built, hits, person, more, of_row)
    if withheld:
        for key in withheld:
            keys.pop(key, None)
        asked = Tombstones(asked.secret)
        asked.add(case, [(kind, asked.hash(kind, text)) for kind, text in keys])
        hits = _hits(home, seeds, asked, pointed=True)
    wanted.numbers -= {text for kind, text in withheld if kind == "number_alone"}
    return Plan(person, records, _told(hits), list(keys), wanted, shared, not_found, before)


def _units(extract: Extract | None, seeds: Seeds, row_number: int, records: list[Record]):
    """The places of a landed record that name the person."""
    if extract is None:
        return []
    reader = extract.reader(seeds)
    cells = _cells(extract.records, row_number)
    if cells is None or len(cells) < reader.width:
        return []
    row = reader.read(cells)
    names = [record.name for record in records]
    for alike in (
        lambda one: (one.forename, one.surname) in names,
        lambda one: any(one.surname == last and one.forename[:1] == first[:1] for first, last in names),
        lambda _one: len(row.named) == 1,
    ):
        if units := [(reader, row, one) for one in row.named if alike(one)]:
            return units
    return []


def _cells(file: Path, row_number: int) -> list[str | None] | None:
    with at_rest.connect() as con:
        found = con.execute(
            f"select cells from {at_rest.parquet('?', 'file_row_number = true')} where file_row_number = ?",
            [str(file), row_number],
        ).fetchone()
    return found[0] if found else None


def _across(records: list[Record], who: list[Named], wanted: traces.Wanted) -> list[tuple[str, str]]:
    """What one service knows and another does not: a number with a name, a name with a day of birth."""
    names = {one.name for one in who if one.is_full and len(one.forename) > 1}
    births = {one.birth for one in who if one.birth}
    forenames = {one.forename for one in who if len(one.forename) > 1}
    providers = {record.provider for record in records}
    postcodes = wanted.beside - births
    return [
        *(("number", f"{number}|{what}") for number in wanted.numbers for what in {*forenames, *births}),
        *(("number_alone", number) for number in wanted.numbers),
        *(
            ("born", f"{where}|{name}|{birth}")
            for name in names
            for birth in births
            for where in {*providers, *postcodes}
        ),
        *(("near", f"{name}|{what}") for name in names for what in {*births, *postcodes}),
        *(("name", name) for name in names),
        *(("birth", birth) for birth in births),
    ]


def _hits(home: Home, seeds: Seeds, stones: Tombstones, *, pointed: bool) -> list[Hit]:
    hits = []
    for extract in sweeping.extracts(home, seeds):
        reader = extract.reader(seeds)
        found = sweeping.look(extract.records, reader, stones, extract.id if pointed else None)
        hits += [Hit(extract, number, row, gone, by) for number, _, row, gone, by in found]
    return hits


def _shared(
    built: _Built, hits: list[Hit], person: str, more: Sequence[str], own: dict
) -> tuple[dict[str, list[str]], set[tuple[str, str]]]:
    """The keys that would take somebody else, too: with whom they are shared, and which they are."""
    others = built.others([(hit.extract.id, hit.row_number) for hit in hits], person, more)
    shared: dict[str, list[str]] = defaultdict(list)
    withheld: set[tuple[str, str]] = set()
    for hit in hits:
        at = (hit.extract.id, hit.row_number)
        mine = {record.name for record in own.get(at, [])}
        for key, name in others.get(at, []):
            if name in mine or name not in {(one.forename, one.surname) for one in hit.gone}:
                continue
            taken = {by for by in hit.by if by[0] != ROW}
            withheld |= taken
            shared[key] = sorted({*shared[key], *(kind for kind, _ in taken)})
    return dict(shared), withheld


def _told(hits: list[Hit]) -> list[dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for hit in hits:
        receipt = hit.extract.receipt
        entry = told.setdefault(
            hit.extract.id,
            {
                "subject": receipt["subject"],
                "provider_code": receipt["provider_code"],
                "as_of_date": receipt["as_of_date"],
                "extract_id": hit.extract.id,
                "row_numbers": [],
            },
        )
        entry["row_numbers"].append(hit.row_number)
    return sorted(told.values(), key=lambda e: (e["subject"], e["provider_code"], e["as_of_date"] or ""))


def forget(
    home: Home,
    person: str,
    why: str,
    more: Sequence[str] = (),
    *,
    releases: bool = False,
    seeds: Seeds | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Done:
    """Take a person out of the home, keep them out, and search it for them. Can be run again after a kill."""
    seeds = seeds or Seeds()
    with build_lock(home, "forget"), loading(home, note):
        todo = plan(home, person, more, seeds=seeds)
        if todo.wanted.within(why) or any(
            {*name} <= {*letters(why).split()} for name in todo.wanted.names if name[0]
        ):
            raise UsageError("the reason is kept: say --why without the person's name or number")
        stones = tombstones.fresh(home)
        case = todo.before or tombstones.new_case()
        keys = [
            (kind, text.replace("plan|", f"{case}|", 1) if kind == YEAR else text) for kind, text in todo.keys
        ]
        keys.append((PERSON, todo.person))
        if not todo.before or todo.records:
            tombstones.write(home, stones, case, keys, why)
        note("taking the person out of what has landed …")
        emptied = sweeping.sweep_landing(home, seeds, stones, pointed=True, scrub=todo.wanted.scrubbed)
        done = Done(todo, case, sum(map(len, emptied.values())), len(emptied))
        _out_of_registry(home, todo)
        done.removed += _remove_all(home, [home.root / "matches", home.root / "logs"])
        done.removed += _remove_all(home, [tombstones.folder(home) / name for name in FOUND_AGAIN])
        if releases:
            done.removed += _remove_all(home, [home.published, home.exports])
        note("searching every file of the home for them …")
        spared = _spared(home, todo, more)
        in_build = lambda path: home.build in path.parents or home.lake in path.parents  # noqa: E731
        if todo.wanted:
            done.search = traces.search(home, todo.wanted, skip=in_build, spared=spared)
        _check_by_tombstones(home, seeds, stones, done)
        # Last, because it says who the person is to whoever runs this again after a kill.
        done.removed += _empty_lake(home)
        done.removed += _remove_build(home)
        return done


def _spared(home: Home, todo: Plan, more: Sequence[str]) -> Callable[[Path, int], bool]:
    """Whether a landed record is another person's of the same name: the father's, say."""
    built = _Built(home)

    def is_others(path: Path, row: int) -> bool:
        if not built or not todo.records:
            return False
        others = built.others([(path.stem, row)], todo.person, more).get((path.stem, row), [])
        return any(name in todo.wanted.names for _, name in others)

    return is_others


def _check_by_tombstones(home: Home, seeds: Seeds, stones: Tombstones, done: Done) -> None:
    """Read all again with the eyes of a load: nobody who is forgotten is known any more."""
    for extract in sweeping.extracts(home, seeds):
        reader = extract.reader(seeds)
        for number, *_ in sweeping.look(extract.records, reader, stones, extract.id):
            done.search.hits.append((str(extract.records.relative_to(home.root)), f"record {number}"))
        if not done.plan.wanted:
            done.search.files += 1
            done.search.bytes += extract.records.stat().st_size


def _out_of_registry(home: Home, todo: Plan) -> None:
    """The key stays in the history, as forgotten; which records were the person's goes."""
    registry.forget(tombstones.folder(home), [todo.person], {record.record_id for record in todo.records})


def _remove_all(home: Home, paths: Iterable[Path]) -> list[str]:
    gone = []
    for path in paths:
        if path.exists() or path.is_symlink():
            remove(path)
            gone.append(str(path.relative_to(home.root)))
    return gone


def _empty_lake(home: Home) -> list[str]:
    """What is in the lake of the home, with all that time travel would bring back."""
    if (found := lake.there(home)) is None:
        return []
    # First, so that whoever runs this again after a kill does not ask a lake that is half gone.
    lake.pointer(home).unlink(missing_ok=True)
    empty(found)
    return [f"what was in the lake of {found.catalogue}"]


def _remove_build(home: Home) -> list[str]:
    """All of it but the lock that we hold; the database with the persons last."""
    gone = []
    for path in sorted(home.build.iterdir(), key=lambda path: path.name == "dev"):
        if path.name == "lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        gone.append(f"{home.build.name}/{path.name}")
    return gone


def keep_out(home: Home, *, seeds: Seeds | None = None, note: Callable[[str], None] = lambda _: None) -> int:
    """Before a build: takes people who are forgotten out of files whose columns nobody knew when they landed.

    Looks only at extracts that were not looked at under the layout that they have now; how many records it
    emptied. Costs nothing where nobody is forgotten.
    """
    if not tombstones.file(home).exists():
        return 0
    seeds = seeds or Seeds()
    stones = tombstones.read(home)
    seen_file = tombstones.folder(home) / SEEN
    stamp = hashlib.sha256(tombstones.file(home).read_bytes()).hexdigest()
    seen: dict[str, str] = {}
    with suppress(OSError, ValueError):
        seen = json.loads(seen_file.read_text(encoding="utf-8"))
    now = {}

    def is_new(extract: Extract, reader) -> bool:
        told = json.dumps([stamp, reader.fields, reader.formats, reader.classes], sort_keys=True)
        now[extract.id] = hashlib.sha256(told.encode()).hexdigest()
        return seen.get(extract.id) != now[extract.id]

    with loading(home, note):
        emptied = sweeping.sweep_landing(home, seeds, stones, only=is_new)
    if now != seen:
        with written_anew(seen_file) as path:
            path.write_text(json.dumps(now, sort_keys=True), encoding="utf-8")
    rows = sum(map(len, emptied.values()))
    if rows:
        note(f"{rows} records of people who are forgotten were emptied: their columns are known now")
    return rows


def by_subject(hits: list[dict[str, Any]]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for hit in hits:
        counted[hit["subject"]] += len(hit["row_numbers"])
    return dict(counted)

"""Landing what providers sent: any number of deliveries, each verbatim and with a receipt, or refused with a
reason.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from . import at_rest, holding
from .containers import Member, members
from .csv_rows import Dialect, Record, dialects, evenness, find_dialect, head, held, read_records
from .deliveries import Delivery
from .disk import discard
from .errors import CityMartError, Refused
from .fast import Copied, copy_fast, copy_lines, trailing
from .formats import detect, open_rows
from .formats.dtf import UNKNOWN_TYPE, Table
from .hashing import file_sha256
from .headers import HeaderMatch, NoHeader, find_header
from .home import Home
from .landing import Place, Writer, commit, explain, loading, read_receipt, write_receipt
from .layouts import Seeds
from .logs import write_log
from .people import sweeping, tombstones
from .people.identity import Reader
from .placeholders import ensure_landing
from .receipts import ACCEPTED, as_text, held_for, landed_at, newest_of
from .settle import Kind, Kinds, Tally, is_plain_start, number_in, settle
from .text import LONGEST_LINE, Text, read_text

RECEIPT_VERSION = 1
WITHIN = 50
OPTIONAL = "optional"  # the setting of a subject whose files have a header or none
SAMPLE = 1_000
MOMENT = timedelta(microseconds=1)
# Errors that say themselves what is wrong.
_TELLING = (CityMartError, OSError, pa.ArrowException, MemoryError)
LANDED, ALREADY, REDELIVERED, HELD, REFUSED, FAILED = (
    "landed",
    "already landed",
    "landed again",
    holding.HELD,
    "refused",
    "failed",
)


@dataclass
class Outcome:
    """What became of one file, or of one member of an archive. `skipped` is preamble lines, blank records,
    totals.
    """

    file: str
    member: str | None
    provider: str
    subject: str
    status: str
    extract_id: str | None = None
    landed: int = 0
    rejected: int = 0
    skipped: int = 0
    bytes: int = 0
    seconds: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict)
    message: str | None = None
    hints: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    control_totals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.status in (LANDED, ALREADY, REDELIVERED)

    @property
    def name(self) -> str:
        return f"{self.file} › {self.member}" if self.member else self.file


@dataclass
class LoadSummary:
    """What became of all files, in the order they came."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return all(outcome.good for outcome in self.outcomes)

    def count(self, status: str) -> int:
        return sum(1 for outcome in self.outcomes if outcome.status == status)

    def total(self, name: str) -> int:
        return sum(getattr(outcome, name) for outcome in self.outcomes)


@dataclass(frozen=True)
class Limits:
    """What the loader bears, and from which size on the quick road is worth its start. Tests inject
    others.
    """

    longest_line: int = LONGEST_LINE
    fast_from: int = 2 << 20


@dataclass
class Watcher:
    """Who is told how it goes: bytes read of a file so far, each outcome, a message."""

    start: Callable[[Delivery, int], None] = lambda _delivery, _size: None
    progress: Callable[[float], None] = lambda _share: None
    done: Callable[[Outcome], None] = lambda _outcome: None
    say: Callable[[str], None] = lambda _message: None


def load_files(
    deliveries: Iterable[Delivery],
    home: Home,
    *,
    seeds: Seeds | None = None,
    watcher: Watcher | None = None,
    limits: Limits = Limits(),
) -> LoadSummary:
    """Lands each delivery, or says why not; the failure of one does not touch the others. What landed is held
    where it does not fit its period or what came before it (see `holding`).

    Raises `NotWritten` only where the home itself can't be made or locked, `UsageError` for a layout row
    that can't be right, and `CityMartError` for a home that is encrypted with another key, or is not and
    there is one. Waits while another load of the same home goes on.
    """
    seeds, watcher = seeds or Seeds(), watcher or Watcher()
    deliveries = list(deliveries)
    seeds.check_layouts({delivery.subject for delivery in deliveries})
    begun = time.monotonic()
    summary = LoadSummary()
    try:
        at_rest.begin(home)
    except OSError as error:
        raise explain(error, home) from None
    with loading(home, watcher.say) as scratch:
        try:
            ensure_landing(home, seeds.subjects)
        except OSError as error:
            raise explain(error, home) from None
        run = _Run(seeds, forgotten=tombstones.read(home))
        for delivery in deliveries:
            watcher.start(delivery, _size(delivery.path))
            for outcome in _load(delivery, home, scratch, seeds, watcher, limits, run):
                summary.outcomes.append(outcome)
                watcher.done(outcome)
        run.end(watcher)
    summary.seconds = time.monotonic() - begun
    return summary


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _load(
    delivery: Delivery,
    home: Home,
    scratch: Path,
    seeds: Seeds,
    watcher: Watcher,
    limits: Limits,
    run: _Run,
) -> Iterator[Outcome]:
    """One outcome a member; for a plain file, one."""
    before: tuple[int, int, int] | None = None
    begun = time.monotonic()
    try:
        if delivery.problem:
            raise Refused(delivery.problem)
        before = _identity(delivery.path)
        landed_any = False
        for member in members(delivery.path, scratch, broken_too=True):
            if landed_any and member.name in member.beside:
                continue
            begun = time.monotonic()
            job = _Job(delivery, member, home, scratch, seeds, watcher, limits, before, run)
            outcome = job.run()
            outcome.seconds = time.monotonic() - begun
            landed_any = landed_any or outcome.good or outcome.status == HELD
            yield outcome
    except Exception as error:  # whatever is wrong with one file, the others are to land
        outcome = _failed(delivery, None, home, error)
        if before and outcome.status == REFUSED:
            # The archive itself is what was refused.
            whole = Member(None, delivery.path)
            _Job(delivery, whole, home, scratch, seeds, watcher, limits, before).keep_refusal(outcome)
        outcome.seconds = time.monotonic() - begun
        yield outcome


def _identity(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise Refused(
            f"it can't be read ({error.strerror}); check that it is there and may be read"
        ) from None
    if not stat.S_ISREG(found.st_mode):
        raise Refused("it is not a regular file; give the file itself")
    return found.st_size, found.st_mtime_ns, found.st_ino


def _failed(delivery: Delivery, member: Member | None, home: Home, error: BaseException) -> Outcome:
    status = REFUSED if isinstance(error, Refused) else FAILED
    if isinstance(error, OSError):
        error = _explained(error, delivery.path, home)
    message = " ".join(str(error).split()) or type(error).__name__
    if not isinstance(error, _TELLING):
        log = write_log(home, f"citymart load: {delivery.path}")
        message = f"internal error: {type(error).__name__}: {message[:200]}; the whole story is in {log}"
    for path in (member.path if member else None, delivery.path):
        # The name stands in front of the message already.
        if path is not None:
            message = re.sub(rf"^{re.escape(path.name)}, ", "its ", message)
            message = re.sub(rf"^{re.escape(path.name)} ", "it ", message)
    return Outcome(
        _storable(delivery.name),
        _storable(member.name) if member else None,
        delivery.provider,
        delivery.subject,
        status,
        bytes=_size(delivery.path),
        message=_storable(message.rstrip(".") + "."),
    )


def _storable(name: str | None) -> str | None:
    """A name as text that every file and terminal takes: a byte that is no UTF-8 shows as `\\xe9`."""
    if name is None:
        return None
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()


def _explained(error: OSError, path: Path, home: Home) -> CityMartError:
    if error.filename and str(error.filename) == str(path):
        return Refused(f"it can't be read ({error.strerror}); check that it is there and may be read")
    return explain(error, home)


@dataclass
class _Run:
    """What a run has learnt of extracts that landed before: of which day the declaration that counts is, and
    the declarations that may have to be made anew at its end. What has landed is judged then, too: a delivery
    may come in many files.
    """

    seeds: Seeds = field(default_factory=Seeds)
    fresh: dict[Path, dict[holding.Declared, Outcome]] = field(default_factory=dict)
    said: dict[tuple[Path, str], str] = field(default_factory=dict)
    later: list[tuple[_Job, str, dict[str, Any], Outcome]] = field(default_factory=list)
    newest: dict[Path, datetime] = field(default_factory=dict)
    forgotten: tombstones.Tombstones = field(default_factory=tombstones.Tombstones)

    def say(self, place: Place, extract_id: str, receipt: dict[str, Any]) -> None:
        if receipt["as_of_date"]:
            self.said[place.folder, extract_id] = receipt["as_of_date"]

    def moment(self, place: Place) -> datetime:
        """Now, but later than all that has landed of a provider and subject, also where the clock went back:
        of two deliveries of a day the one that landed later counts.
        """
        if place.folder not in self.newest:
            receipts = map(read_receipt, place.folder.glob("*.json"))
            landed = [landed_at(receipt) for receipt in receipts if receipt and receipt.get("landed_at")]
            self.newest[place.folder] = max(landed, default=datetime.min.replace(tzinfo=UTC))
        when = max(datetime.now(UTC), self.newest[place.folder] + MOMENT)
        self.newest[place.folder] = when
        return when

    def end(self, watcher: Watcher) -> None:
        for job, extract_id, newest, outcome in self.later:
            if (job.place.folder, extract_id) in self.said:
                continue
            try:
                again = job.declare(extract_id, newest)
            except OSError as error:
                outcome.status, outcome.message = FAILED, str(explain(error, job.home))
            else:
                outcome.status, outcome.message = again.status, again.message
                fresh = self.fresh[job.place.folder]
                fresh |= {one: outcome for one, told in fresh.items() if told is again}
            watcher.say(f"{outcome.name}: {outcome.status} ({outcome.message})")
        for folder, outcomes in self.fresh.items():
            try:
                reasons = holding.judge(Place(folder), self.seeds, outcomes)
            except OSError as error:
                for outcome in outcomes.values():
                    outcome.status, outcome.message = FAILED, str(explain(error, folder.parents[2]))
                continue
            for one, reason in reasons.items():
                outcome = outcomes.get(one)
                if outcome and reason:
                    outcome.status, outcome.message = HELD, held_for(reason, one[0])
                    watcher.say(
                        f"{outcome.name} ({outcome.provider} {outcome.subject}): HELD: {outcome.message}"
                    )


@dataclass
class _Job:
    """One file on its way into the landing."""

    delivery: Delivery
    member: Member
    home: Home
    scratch: Path
    seeds: Seeds
    watcher: Watcher
    limits: Limits
    before: tuple[int, int, int]
    run_so_far: _Run = field(default_factory=_Run)

    def __post_init__(self) -> None:
        self.place = Place.of(self.home, self.delivery.provider, self.delivery.subject)
        self.layout = self.seeds.layout(self.delivery.provider, self.delivery.subject)
        self.receipt = self._blank_receipt()

    def run(self) -> Outcome:
        try:
            return self._land()
        except Exception as error:  # a fault of ours, too, costs this file alone
            outcome = _failed(self.delivery, self.member, self.home, error)
            outcome.bytes = self.receipt["source_bytes"] or outcome.bytes
            if outcome.status == REFUSED:
                self.keep_refusal(outcome)
            return outcome
        finally:
            for path in (
                self.scratch / "text",
                self.scratch / "records.parquet",
                self.scratch / "rejects.parquet",
            ):
                discard(path)

    # -- the way of one file ------------------------------------------------------------------

    def _land(self) -> Outcome:
        if self.member.problem:
            raise self.member.problem
        source = self.member.path
        table = self.member.table
        format = "dtf" if table else self._format(source)
        self.receipt["format"] = format
        text: Text | None = None
        if table:
            digest, size = table.text.sha256, table.text.source_bytes
        elif format == "csv":
            text = read_text(source, self.scratch / "text", encoding=self.layout.settings.get("encoding"))
            digest, size = text.sha256, text.source_bytes
            self.receipt |= {"encoding": text.encoding, "total_lines": text.lines, "notes": list(text.notes)}
        else:
            digest, size = file_sha256(source), source.stat().st_size
        self._still_the_same()
        # A table is known by the whole file: one that stays the same next month is another extract.
        extract_id = self.place.extract_id(f"{digest}/{table.record_type}" if table else digest)
        self.receipt |= {"extract_id": extract_id, "source_bytes": size, "source_sha256": digest}
        if landed := self.place.landed(extract_id):
            return self._already(extract_id, landed)
        writer = Writer(self.scratch, self.delivery.provider, extract_id)
        try:
            if table:
                tally, header = self._dtf(table, writer)
            else:
                tally, header = self._csv(text, writer) if text else self._rows(source, format, writer)
            writer.close()
        finally:
            writer.abandon()
        self._is_a_table(writer, tally, header)
        self._keep_out(writer, header)
        self._still_the_same()
        return self._commit(extract_id, writer, tally, header)

    def _format(self, source: Path) -> str:
        return detect(source)

    def _csv(self, text: Text, writer: Writer) -> tuple[Tally, list[str]]:
        dialect, header = self._dialect(text)
        self.receipt |= {"delimiter": dialect.delimiter, "quote_char": dialect.quote}
        names = header.names
        records = read_records(text, dialect, width=self._fits(names), longest_line=self.limits.longest_line)
        above, header_record = _until(records, header)
        self._describe(header, above)
        body_line = header_record.line + header_record.lines if header_record else 1
        sample = held(records, SAMPLE)
        if self._is_plain(text, names, sample):
            copied = copy_fast(
                text,
                dialect,
                names=names,
                body_line=body_line,
                above=len(above) + (header_record is not None),
                over_lines=any(record.lines > 1 for record in sample),
                provider=self.delivery.provider,
                extract_id=self.receipt["extract_id"],
                target=writer.records_path,
            )
            if copied:
                writer.adopt(copied.rows, body_line)
                return _tally_of(copied, self.layout.required_positions(names), sample), names
        size = max(1, text.lines)
        progress = lambda line: self.watcher.progress(line / size)  # noqa: E731
        ends = trailing(text, dialect, Kinds(names)) or []
        # Only a number alone at the end makes the sum of its column worth its time.
        alone = {
            at
            for kind, record in ends
            if kind is Kind.FIGURE
            for at, cell in enumerate(record.cells)
            if number_in(cell) is not None
        }
        return self._settle(chain(sample, records), writer, names, progress, alone), names

    def _dtf(self, table: Table, writer: Writer) -> tuple[Tally, list[str]]:
        """A table of a DTF file: every line is a record, none a total, a footer or a header."""
        dialect, names = Dialect(), table.names
        self.receipt |= {
            "encoding": table.text.encoding,
            "delimiter": dialect.delimiter,
            "quote_char": dialect.quote,
            "header_line": 0,
            "header": [{"position": at, "name": name} for at, name in enumerate(names, 1)],
            "total_lines": table.total_lines,
            "notes": list(table.notes),
        }
        tally = Tally(blank=table.blank_lines)
        for line, raw in table.strangers:
            writer.reject(line, UNKNOWN_TYPE, raw)
        if table.text.source_bytes >= self.limits.fast_from and not table.text.has_zero_bytes:
            rows = copy_lines(
                table.text,
                dialect,
                width=len(names),
                lines=None if table.follow_each_other else table.lines,
                provider=self.delivery.provider,
                extract_id=self.receipt["extract_id"],
                target=writer.records_path,
            )
            if rows:
                writer.adopt(rows, table.lines[0])
                return tally, names
        records = read_records(
            table.text, dialect, width={len(names)}.__contains__, longest_line=self.limits.longest_line
        )
        for record in records:
            line = table.lines[record.line - 1]
            cells = record.cells
            if cells is None:
                writer.reject(line, record.reason or "unreadable", record.raw or "")
            elif len(cells) == len(names):
                writer.land(line, cells)
            else:
                tally.ragged += 1
                reason = record.reason or ("too_few_cells" if len(cells) < len(names) else "too_many_cells")
                writer.reject(line, reason, record.raw or ",".join(cell or "" for cell in cells))
        return tally, names

    def _is_plain(self, text: Text, names: list[str], sample: list[Record]) -> bool:
        """Whether the quick road is worth trying: a large file without a known difficulty."""
        return (
            text.path.stat().st_size >= self.limits.fast_from
            and not text.has_zero_bytes
            and text.line_end == "\n"
            and text.longest_line <= self.limits.longest_line
            and len(names) > 1
            and is_plain_start(names, sample)
        )

    def _dialect(self, text: Text) -> tuple[Dialect, HeaderMatch]:
        settings = self.layout.settings
        quote = settings.get("quote")
        delimiter = {"tab": "\t", "\\t": "\t"}.get(settings.get("delimiter", ""), settings.get("delimiter"))
        where = settings.get("header")
        no_header: NoHeader | None = None
        if where in (None, "", OPTIONAL):
            try:
                return find_dialect(
                    text,
                    self.layout.is_known,
                    self.layout.is_required,
                    delimiter=delimiter,
                    quote=quote,
                    within=WITHIN,
                    one_column=self._one_column,
                    longest_line=self.limits.longest_line,
                )
            except NoHeader as error:
                if where != OPTIONAL:
                    raise
                where, no_header = "none", error
        with text.path.open("rb") as file:
            begins = file.read(1 << 20)
        found: list[tuple[tuple[float, float], Dialect, HeaderMatch]] = []
        for dialect in dialects(delimiter, quote, begins):
            sample = [
                r for r in head(text, dialect, WITHIN, longest_line=self.limits.longest_line) if r.cells
            ]
            header = _declared_header(where, [(r.line, r.cells) for r in sample])
            found.append(((self._fed(header), evenness(sample, header)), dialect, header))
        _, dialect, header = max(found, key=lambda each: each[0])
        self._feeds_something(header, no_header)
        return dialect, header

    def _header(self, first: list[tuple[int, list[str | None]]]) -> HeaderMatch:
        """The header among a sheet's first records, where it is declared or as it is found."""
        where = self.layout.settings.get("header")
        no_header: NoHeader | None = None
        if where in (None, "", OPTIONAL):
            try:
                return find_header(
                    first,
                    self.layout.is_known,
                    self.layout.is_required,
                    within=WITHIN,
                    one_column=self._one_column,
                )
            except NoHeader as error:
                if where != OPTIONAL:
                    raise
                where, no_header = "none", error
        header = _declared_header(where, first)
        self._feeds_something(header, no_header)
        return header

    def _fed(self, header: HeaderMatch) -> int:
        """How many required fields have a column under this header."""
        return sum(1 for at in self.layout.required_positions(header.names).values() if at)

    def _feeds_something(self, header: HeaderMatch, no_header: NoHeader | None = None) -> None:
        """Refuses a declared header that feeds nothing, and a file that may do without a header but has fewer
        columns than its layout counts: then `no_header`, why none was found, is raised.
        """
        if no_header and len(header.names) < max(self.layout.shared_positions, default=0):
            raise no_header
        if self.layout.required and not self._fed(header):
            raise Refused(
                f"no column of the header that seeds/layouts/readers.csv declares for it feeds "
                f"{', '.join(self.layout.required)}, required for {self.delivery.subject}; mend the setting, "
                f"or the rows of seeds/layouts/layout_{self.delivery.subject}.csv"
            )

    def _rows(self, source: Path, format: str, writer: Writer) -> tuple[Tally, list[str]]:
        rows = open_rows(source, format, self.layout.settings)
        self.receipt |= {
            "encoding": rows.encoding,
            "sheet": rows.sheet,
            "record_path": rows.record_path,
        }
        if rows.header is not None:
            header = find_header(
                [(0, rows.header)], self.layout.is_known, self.layout.is_required, one_column=self._one_column
            )
            first: list[tuple[int, list[str | None]]] = []
        else:
            cut = (Record(line, cells) for line, cells in rows.rows)
            first = [(record.line, record.cells) for record in held(cut, 4 * WITHIN)]
            header = self._header(first)
        records = (Record(line, cells) for line, cells in chain(first, rows.rows))
        above = _until(records, header)[0] if rows.header is None else []
        self._describe(header, above)
        total = rows.total_lines or 0
        # Only sheets have totals without a label below them.
        last = first[-WITHIN:] if rows.sheet is not None else []
        add_up = {at for _, cells in last for at, cell in enumerate(cells) if number_in(cell) is not None}
        progress = lambda line: self.watcher.progress(line / max(total, line))  # noqa: E731
        tally = self._settle(records, writer, header.names, progress, add_up)
        self.receipt["total_lines"] = rows.total_lines
        self.receipt["notes"] += rows.notes
        return tally, header.names

    @property
    def _one_column(self) -> bool:
        return len(self.layout.required) == 1

    def _fits(self, names: list[str]) -> Callable[[int], bool]:
        widths = {len(names), *(repair.cells for repair in self.layout.repairs)}
        return widths.__contains__

    def _describe(self, header: HeaderMatch, above: list[Record]) -> None:
        first_lines = header.line - 1 if header.line > 0 else 0
        self.receipt |= {
            "header_line": header.line,
            "header": [{"position": at, "name": name} for at, name in enumerate(header.names, 1)],
            "preamble_lines": first_lines,
        }
        if first_lines:
            shown = [" ".join(" ".join(c or "" for c in r.cells or []).split()) for r in above]
            said = "; ".join(text for text in shown if text)
            lines = "line 1" if first_lines == 1 else f"lines 1 to {first_lines}"
            self.receipt["notes"].append(
                f"Passed over {lines} above the header" + (f": {said[:200]}" if said else "") + "."
            )
        if header.second_line:
            self.receipt["notes"].append(
                f"A second header stands on line {header.second_line}; what follows it is read under the "
                "first, and rejected where it is of another width."
            )

    def _settle(
        self,
        records,
        writer: Writer,
        names: list[str],
        progress: Callable[[int], None],
        add_up: Iterable[int],
    ) -> Tally:
        named = [at for at, name in enumerate(names, 1) if name.strip()]
        return settle(
            records,
            writer,
            names=names,
            least=max(named, default=len(names)),
            repaired=lambda cells: any(repair.fits(cells) for repair in self.layout.repairs),
            required=self.layout.required_positions(names),
            add_up=add_up,
            progress=progress,
        )

    # -- whether it may land ------------------------------------------------------------------

    def _still_the_same(self) -> None:
        if _identity(self.delivery.path) != self.before:
            raise Refused(
                "it is still being written (it changed while it was read); load it again when it is whole"
            )

    def _is_a_table(self, writer: Writer, tally: Tally, header: list[str]) -> None:
        """Raises `Refused` for what has a header but not the records of a table under it."""
        if writer.landed + writer.rejected == 0:
            raise Refused("it has a header and no records below it; ask for the file with its records")
        self.receipt["landed_rows"], self.receipt["rejected_rows"] = writer.landed, writer.rejected
        if tally.ragged * 3 > 2 * (writer.landed + writer.rejected):
            raise Refused(
                f"{tally.ragged} of its {writer.landed + writer.rejected} records do not have the "
                f"{len(header)} cells of the header, so it is not a table (text drawn out of a PDF looks "
                "like this); ask for the spreadsheet or the CSV behind it"
            )
        if writer.landed == 0:
            raise Refused(
                f"not one of its {writer.rejected} records can be read; ask for it to be sent again"
            )
        empty = [name for name, blank in tally.blank_in.items() if blank * 2 > writer.landed]
        present = [name for name in empty if self.layout.required_positions(header)[name]]
        if len(present) >= 2:
            raise Refused(
                f"the columns of {', '.join(present)} are blank in most of its records, so its cells do "
                "not stand under their headers (text drawn out of a PDF looks like this); "
                "ask for the spreadsheet or the CSV behind it"
            )

    def _keep_out(self, writer: Writer, header: list[str]) -> None:
        """Empties the records of people who are forgotten before anybody can read them."""
        stones = self.run_so_far.forgotten
        if not stones or self.delivery.subject not in sweeping.subjects_of_people(self.seeds):
            return
        reader = Reader(self.seeds, self.delivery.provider, self.delivery.subject, header)
        rows = len(sweeping.sweep_records(writer.records_path, reader, stones))
        rejects = sweeping.sweep_rejects(writer.rejects_path, stones)
        self.receipt |= {"forgotten_rows": rows, "forgotten_rejects": rejects}
        if rows or rejects:
            self.receipt["notes"].append(f"Emptied {rows + rejects} records of people who are forgotten.")

    # -- what is kept of it -------------------------------------------------------------------

    def _blank_receipt(self) -> dict[str, Any]:
        return {
            "receipt_version": RECEIPT_VERSION,
            "outcome": LANDED,
            "reason": None,
            "extract_id": None,
            "provider_code": self.delivery.provider,
            "subject": self.delivery.subject,
            **self._dates(),
            **self._names(),
            "source_bytes": None,
            "source_sha256": None,
            "format": None,
            "encoding": None,
            "delimiter": None,
            "quote_char": None,
            "sheet": None,
            "record_path": None,
            "header_line": None,
            "header": [],
            "first_record_line": None,
            "total_lines": None,
            "source_records": 0,
            "landed_rows": 0,
            "rejected_rows": 0,
            "forgotten_rows": 0,
            "forgotten_rejects": 0,
            "preamble_lines": 0,
            "blank_records": 0,
            "total_records": 0,
            "is_of_changes": bool(self.member.table and self.member.table.is_of_changes),
            "control_totals": [],
            "notes": [],
            "landed_at": None,
            "landing_bytes": None,
            "landing_sha256": None,
            "rejects_sha256": None,
        }

    def _names(self) -> dict[str, str | None]:
        return {"source_file": _storable(self.delivery.name), "source_member": _storable(self.member.name)}

    def _dates(self) -> dict[str, str | None]:
        d = self.delivery
        return {
            "as_of_date": d.as_of.isoformat() if d.as_of else None,
            "period_from": d.period_from.isoformat() if d.period_from else None,
            "period_to": d.period_to.isoformat() if d.period_to else None,
        }

    def _commit(self, extract_id: str, writer: Writer, tally: Tally, header: list[str]) -> Outcome:
        if beside := [name for name in self.member.beside if name != self.member.name]:
            self.receipt["notes"].append(
                f"Passed over in the same archive, as no data by their names: {', '.join(beside)[:200]}."
            )
        rejects = writer.rejects_path if writer.rejected else None
        receipt = self.receipt | {
            "first_record_line": writer.first_line,
            "source_records": writer.landed + writer.rejected,
            "landed_rows": writer.landed,
            "rejected_rows": writer.rejected,
            "blank_records": tally.blank,
            "total_records": tally.totals,
            "control_totals": tally.control_totals,
            "notes": self.receipt["notes"] + tally.notes,
            "landed_at": as_text(self.run_so_far.moment(self.place)),
            "landing_bytes": writer.records_path.stat().st_size,
            "landing_sha256": file_sha256(writer.records_path),
            "rejects_sha256": file_sha256(rejects) if rejects else None,
        }
        commit(self.place, extract_id, writer.records_path, rejects, self._pending(receipt))
        self.run_so_far.say(self.place, extract_id, receipt)
        outcome = self._outcome(LANDED, receipt, hints=self._hints(header))
        outcome.reasons = dict(writer.reasons)
        self._to_judge(receipt, outcome)
        return outcome

    def _pending(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """The receipt, undecided until the end of the run where the extract may have to be held."""
        rules = holding.Rules.of(self.seeds, self.delivery.subject)
        if not rules.may_hold(self.place, receipt):
            return receipt
        return receipt | {"outcome": HELD, "reason": holding.PENDING}

    def _to_judge(self, receipt: dict[str, Any], outcome: Outcome) -> None:
        self.run_so_far.fresh.setdefault(self.place.folder, {})[holding.declared(receipt)] = outcome

    def _hints(self, header: list[str]) -> list[str]:
        hints = []
        if missing := self.layout.missing(header):
            hints.append(f"No column feeds {', '.join(missing)}: required for {self.delivery.subject}.")
        if unknown := self.layout.unknown(header):
            shown = ", ".join(repr(name) for name in unknown[:4]) + ("…" if len(unknown) > 4 else "")
            file = shlex.quote(_storable(str(self.delivery.path)) or self.delivery.name)
            hints.append(f"No layout knows {shown}: `citymart layout suggest {file}` proposes rows.")
        return hints

    def _already(self, extract_id: str, landed: dict[str, Any]) -> Outcome:
        """The same bytes again: nothing, unless they are declared to show another day or period.

        The newest declaration counts. One that is on record already, and is not the newest, counts anew only
        if no other file of this run has these bytes: else each repeated load would declare everything again.
        """
        declared = self._dates()
        receipts = self.place.declarations(extract_id, landed)
        newest = newest_of(receipts)
        if newest["outcome"] == "withdrawn" and (declared["as_of_date"] or "") <= (
            newest["as_of_date"] or ""
        ):
            outcome = self._outcome(ALREADY, landed)
            outcome.message = f"{outcome.message}, and withdrawn since: {newest['reason']}"
            return outcome
        if declared["as_of_date"] is None or _says(newest, declared):
            self.run_so_far.say(self.place, extract_id, newest)
            outcome = self._outcome(ALREADY, landed)
            if newest.get("reason") == holding.PENDING:
                self._to_judge(newest, outcome)
            elif newest["outcome"] == HELD:
                outcome.status, outcome.message = HELD, held_for(newest["reason"], extract_id)
            return outcome
        if any(_says(receipt, declared) for receipt in receipts):
            outcome = self._outcome(ALREADY, landed)
            self.run_so_far.later.append((self, extract_id, newest, outcome))
            return outcome
        return self.declare(extract_id, newest)

    def declare(self, extract_id: str, newest: dict[str, Any]) -> Outcome:
        """A receipt that says what the same bytes show instead."""
        said = self.run_so_far.said.get((self.place.folder, extract_id))
        dates = self._dates()
        # Of the files of one run with the same bytes the one of the latest day counts, in whatever order.
        is_older = said is not None and dates["as_of_date"] < said
        when = landed_at(newest) - MOMENT if is_older else self.run_so_far.moment(self.place)
        receipt = (
            newest | dates | self._names() | {"outcome": LANDED, "reason": None, "landed_at": as_text(when)}
        )
        # Whoever accepted it has accepted it for another date.
        receipt |= dict.fromkeys(ACCEPTED)
        path = self.place.receipt(extract_id, dates["as_of_date"])
        write_receipt(path, self._pending(receipt))
        if not is_older:
            self.run_so_far.say(self.place, extract_id, receipt)
        outcome = self._outcome(REDELIVERED, newest)
        self._to_judge(receipt, outcome)
        way = "which still counts" if is_older else "which gives way"
        outcome.message = (
            f"{outcome.message} as of {_span(newest)}, {way}; now declared as of {_span(receipt)}"
        )
        return outcome

    def _outcome(self, status: str, receipt: dict[str, Any], hints: list[str] | None = None) -> Outcome:
        new = status == LANDED
        return Outcome(
            _storable(self.delivery.name),
            _storable(self.member.name),
            self.delivery.provider,
            self.delivery.subject,
            status,
            extract_id=receipt["extract_id"],
            landed=receipt["landed_rows"] if new else 0,
            rejected=receipt["rejected_rows"] if new else 0,
            skipped=receipt["preamble_lines"] + receipt["blank_records"] + receipt["total_records"]
            if new
            else 0,
            bytes=receipt["source_bytes"],
            message=None if new else f"same bytes as {landed_as(receipt)}",
            hints=hints or [],
            notes=receipt["notes"] if new else [],
            control_totals=receipt["control_totals"],
        )

    def keep_refusal(self, outcome: Outcome) -> None:
        """A receipt of the refusal, unless the same bytes landed before (under other settings)."""
        extract_id = self.receipt["extract_id"]
        if extract_id is None:
            try:
                digest = file_sha256(self.member.path)
            except OSError:
                return
            extract_id = self.place.extract_id(digest)
            size = _size(self.member.path)
            self.receipt |= {"extract_id": extract_id, "source_sha256": digest, "source_bytes": size}
        outcome.extract_id = extract_id
        if self.place.landed(extract_id) or _identity_or_none(self.delivery.path) != self.before:
            return
        # What was counted before the refusal is not landed.
        self.receipt |= {"landed_rows": 0, "rejected_rows": 0, "source_records": 0}
        try:
            write_receipt(
                self.place.receipt(extract_id),
                self.receipt | {"outcome": REFUSED, "reason": outcome.message, "landed_at": _now()},
            )
        except OSError as error:
            outcome.message = f"{outcome.message} And {explain(error, self.home)}."


def landed_as(receipt: dict[str, Any]) -> str:
    """How a person knows the extract that has these bytes."""
    return f"{receipt['source_file']}, landed {receipt['landed_at'][:10]}"


def _identity_or_none(path: Path) -> tuple[int, int, int] | None:
    try:
        return _identity(path)
    except Refused:
        return None


def _until(records: Iterator[Record], header: HeaderMatch) -> tuple[list[Record], Record | None]:
    """The records above the header, and the header's own (None where there is no header line)."""
    above: list[Record] = []
    if header.line > 0:
        for record in records:
            if record.line >= header.line:
                return above, record
            above.append(record)
    return above, None


def _tally_of(copied: Copied, required: dict[str, list[int]], sample: list[Record]) -> Tally:
    """The tally of what the quick road has copied. Which columns are blank is told from the sample."""
    tally = Tally(seen=copied.rows + len(copied.dropped))
    for kind, record in copied.dropped:
        tally.add(kind, record)
    for name, at in required.items():
        blank = sum(1 for r in sample if at and not any(r.cells[position].strip() for position in at))
        tally.blank_in[name] = blank * copied.rows // max(1, len(sample))
    return tally


def _declared_header(where: str, sample: list[tuple[int, list[str | None]]]) -> HeaderMatch:
    if where == "none":
        width = max((len(cells) for _, cells in sample), default=0)
        return HeaderMatch(-1, 0, [""] * width, 0)
    try:
        line = int(where)
    except ValueError:
        raise Refused(
            f"its setting header={where!r} in seeds/layouts/readers.csv is none of none, optional and a line"
        ) from None
    for index, (number, cells) in enumerate(sample):
        if number == line:
            return HeaderMatch(index, line, [cell or "" for cell in cells], 0)
    raise Refused(
        f"its header is declared to be on line {line}, where no record begins; see seeds/layouts/readers.csv"
    )


def _now() -> str:
    return as_text(datetime.now(UTC))


def _says(receipt: dict[str, Any], declared: dict[str, str | None]) -> bool:
    return all(receipt[key] == value for key, value in declared.items())


def _span(receipt: dict[str, Any]) -> str:
    period = f" for {receipt['period_from']} to {receipt['period_to']}" if receipt["period_from"] else ""
    return f"{receipt['as_of_date']}{period}"

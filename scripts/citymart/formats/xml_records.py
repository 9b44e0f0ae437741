"""XML: the outermost element that repeats is the record, its descendants and attributes are the columns.

The file is read twice: for its shape (which paths there are, how often), and for its rows. No more than one
chunk of the file is in memory. The parser is told what to call and makes no tree: a national register of
100 MB is read in seconds, where an element object a tag takes a minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, groupby
from pathlib import Path
from typing import Any, NoReturn, Protocol
from xml.parsers import expat

from ..errors import Refused
from ..rows import Rows

CHUNK_BYTES = 64 << 10
RECORD_BYTES = 64 << 20
PATHS = 20_000
DEPTH = 100
SEPARATOR = " | "
# The parser puts an element's namespace before its name, with this between.
OF = "}"
NIL = f"http://www.w3.org/2001/XMLSchema-instance{OF}nil"


@dataclass
class Shape:
    """One path of the document: how often it occurs, and what has been seen at it."""

    path: tuple[str, ...]
    count: int = 0
    has_text: bool = False
    attributes: dict[str, None] = field(default_factory=dict)
    children: dict[str, Shape] = field(default_factory=dict)

    @property
    def has_content(self) -> bool:
        return bool(self.children or self.attributes)

    @property
    def is_wrapper(self) -> bool:
        """Whether there is nothing in it but a list of one kind of elements that have content."""
        if self.attributes or self.has_text or len(self.children) != 1:
            return False
        (child,) = self.children.values()
        return child.has_content and child.count > self.count

    def below(self) -> Iterator[Shape]:
        for child in self.children.values():
            yield child
            yield from child.below()


class Listener(Protocol):
    """What is told of the tags and texts of a document, and says when it got on."""

    got_on: bool

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, _: str) -> None: ...
    def text(self, text: str) -> None: ...


def read(path: Path, format: str, settings: Mapping[str, str]) -> Rows:
    """The records of an XML file.

    The record is the element at `record_path` (below the root, `Collection/Record`), else the outermost
    element that repeats and has children or attributes of its own, the most frequent of those side by side;
    where nothing repeats, the one element with content below the root.
    Columns are `Child`, `Child.Grandchild`, `@attribute`, `Child.@attribute`, namespaces cut off;
    a child that repeats within a record has its values joined by ` | `.

    Raises `Refused` with line and column for broken XML, for entities of the file's own and for
    references to other files, and with what was found where there is no record.
    """
    root = survey(path)
    notes: list[str] = []
    wanted = settings.get("record_path")
    record = declared(path.name, root, wanted) if wanted else found(path.name, root, notes)
    header = list(columns(record))
    return Rows(
        format=format,
        rows=rows(path, record.path, header),
        header=header,
        total_lines=record.count,
        record_path="/".join(record.path[1:]) or record.path[0],
        notes=notes,
    )


def parse(path: Path, listener: Listener) -> Iterator[None]:
    """Tells the listener what is in the file, and stops after each chunk of it.

    Every way in which XML can be broken comes out as `Refused`, and so does a file that goes on and on
    while the listener gets no further.
    """
    parser = expat.ParserCreate(namespace_separator=OF)
    parser.buffer_text = True
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.text

    def harmful(*_: object) -> NoReturn:
        raise Refused(
            f"{path.name} declares entities or refers to other files, "
            "which can harm the reader; send plain XML without a DOCTYPE."
        )

    parser.EntityDeclHandler = harmful
    parser.UnparsedEntityDeclHandler = harmful
    parser.ExternalEntityRefHandler = harmful
    parser.SkippedEntityHandler = harmful

    since_progress = 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                listener.got_on = False
                parser.Parse(chunk, False)
                since_progress = 0 if listener.got_on else since_progress + len(chunk)
                if since_progress > RECORD_BYTES:
                    raise Refused(
                        f"{path.name} has an element of more than {RECORD_BYTES >> 20} MiB; "
                        "name the record's element with the setting record_path, or send smaller records."
                    )
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused(
                f"{path.name} is not valid XML ({expat.ErrorString(error.code)}) at line {error.lineno:,}, "
                f"column {error.offset + 1:,}; send it again."
            ) from None
        except (LookupError, ValueError) as error:
            raise Refused(f"{path.name} can't be read as XML ({error}); send it as UTF-8.") from None
    yield


def local(name: str) -> str:
    return name.rpartition(OF)[2]


def survey(path: Path) -> Shape:
    """The shape of the whole document."""
    surveyor = Surveyor(path.name)
    for _ in parse(path, surveyor):
        pass
    return next(iter(surveyor.top.children.values()))


class Surveyor:
    """Counts the paths of a document and notes what there is at each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.top = self.shape = Shape(())
        self.above: list[Shape] = []
        self.paths = 0
        self.got_on = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        above = self.shape
        name = local(tag) if OF in tag else tag
        shape = above.children.get(name) or self.new_shape(name)
        shape.count += 1
        if attributes:
            shape.attributes.update((local(key), None) for key in attributes if key != NIL)
        self.above.append(above)
        self.shape = shape

    def new_shape(self, name: str) -> Shape:
        self.paths += 1
        if self.paths > PATHS or len(self.above) >= DEPTH:
            raise Refused(
                f"{self.name} is not a table: it has {self.paths:,} different paths, down to "
                f"{len(self.above) + 1:,} elements deep; send a list of records."
            )
        shape = self.shape.children[name] = Shape((*self.shape.path, name))
        return shape

    def end(self, _: str) -> None:
        self.shape = self.above.pop()
        self.got_on = True

    def text(self, text: str) -> None:
        shape = self.shape
        if not shape.has_text and not text.isspace():
            shape.has_text = True


def declared(name: str, root: Shape, record_path: str) -> Shape:
    """The element at `record_path`, with or without the root's own name before it."""
    wanted = tuple(step for step in record_path.strip("/").split("/") if step)
    for shape in (root, *root.below()):
        if wanted in (shape.path, shape.path[1:]):
            return shape
    raise Refused(f"{name} has no element {record_path}; it has {outline(root)}.")


def found(name: str, root: Shape, notes: list[str]) -> Shape:
    """The record's element by looking. Raises `Refused` where nothing looks like one."""
    candidates = list(outermost(root))
    if not candidates:
        if single := only_record(root):
            return single
        raise Refused(
            f"{name} is XML in which no element with content repeats (it has {outline(root)}); "
            "name the record's element with the setting record_path."
        )
    # max() takes the first of equals.
    best = max(candidates, key=lambda shape: shape.count)
    way_out = "to land it instead, name it with the setting record_path in seeds/layouts/readers.csv."
    for other in candidates:
        if other is not best:
            notes.append(f"Took each {told(best)} as a record; passed over {told(other)}: {way_out}")
    for inner in best.below():
        if inner.has_content and inner.count > best.count:
            notes.append(
                f"{told(inner)} stands more than once in a record, where its values are joined: {way_out}"
            )
    return best


def outermost(shape: Shape) -> Iterator[Shape]:
    """The elements with content that repeat, none inside another; a list's mere wrapper is none."""
    for child in shape.children.values():
        if child.count > 1 and child.has_content and not child.is_wrapper:
            yield child
        else:
            yield from outermost(child)


def only_record(root: Shape) -> Shape | None:
    """The single record of a document in which nothing repeats, inside whatever it is wrapped in."""
    shape = root
    while len(inside := [child for child in shape.children.values() if child.has_content]) == 1:
        # Beside a record may stand plain values, such as a status; beside part of one, the rest of it.
        if shape is not root and (len(shape.children) > 1 or shape.attributes):
            break
        shape = inside[0]
    return None if shape is root else shape


def told(shape: Shape) -> str:
    return f"{'/'.join(shape.path[1:])} ({shape.count:,})"


def outline(root: Shape) -> str:
    paths = ["/".join(shape.path[1:]) for shape in root.below()][:8]
    return ", ".join(paths) if paths else f"nothing but {root.path[0]}"


def columns(record: Shape, prefix: str = "") -> Iterator[str]:
    """The columns of a record in order of first appearance; the record's own text is named `text`."""
    for attribute in record.attributes:
        yield f"{prefix}@{attribute}"
    if record.has_text or (prefix and not record.children):
        yield prefix[:-1] or "text"
    for name, child in record.children.items():
        yield from columns(child, f"{prefix}{name}.")


def rows(path: Path, record: tuple[str, ...], header: list[str]) -> Iterator[tuple[int, list[str | None]]]:
    reader = Reader(record)
    numbers = count(1)
    for _ in parse(path, reader):
        for cells in reader.records:
            yield next(numbers), [cells.get(name) for name in header]
        reader.records.clear()


class Reader:
    """Gathers the attributes, texts and descendants of each record under their column's name."""

    def __init__(self, record: tuple[str, ...]) -> None:
        self.record = record
        self.records: list[dict[str, str | None]] = []
        self.cells: dict[str, str | None] | None = None
        self.outside: list[str] = []
        # The elements that are open within a record: the column with a dot behind, whether it is null, and
        # the pieces of its text so far, with None where a child stands between them.
        self.open: list[tuple[str, bool, list[str | None]]] = []
        self.names: dict[tuple[str, str], str] = {}
        self.got_on = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.cells is None:
            self.outside.append(local(tag))
            if len(self.outside) != len(self.record) or tuple(self.outside) != self.record:
                return
            self.cells = {}
            prefix = ""
        else:
            above, _, texts = self.open[-1]
            texts.append(None)
            prefix = self.names.get((above, tag)) or self.name(above, tag)
        is_nil = False
        if attributes:
            is_nil = attributes.get(NIL) in ("true", "1")
            for key, value in attributes.items():
                if key != NIL:
                    put(self.cells, f"{prefix}@{local(key)}", value)
        self.open.append((prefix, is_nil, []))

    def name(self, above: str, tag: str) -> str:
        name = self.names[above, tag] = f"{above}{local(tag)}."
        return name

    def text(self, text: str) -> None:
        if self.cells is not None:
            self.open[-1][2].append(text)

    def end(self, _: str) -> None:
        if self.cells is None:
            self.outside.pop()
            self.got_on = True
            return
        prefix, is_nil, texts = self.open.pop()
        name = prefix[:-1] or "text"
        if None in texts:
            if mixed := " ".join(runs(texts)):
                put(self.cells, name, mixed)
        elif not is_nil:
            put(self.cells, name, texts[0] if len(texts) == 1 else "".join(texts))
        if not self.open:
            self.records.append(self.cells)
            self.cells = None
            self.outside.pop()
            self.got_on = True


def runs(texts: list[str | None]) -> Iterator[str]:
    """The texts between children, each in one piece however the parser cut it; blank ones left out."""
    for is_text, pieces in groupby(texts, key=lambda piece: piece is not None):
        if is_text and (run := "".join(pieces).strip()):
            yield run


def put(cells: dict[str, Any], name: str, value: str) -> None:
    before = cells.get(name)
    cells[name] = value if before is None else before + SEPARATOR + value

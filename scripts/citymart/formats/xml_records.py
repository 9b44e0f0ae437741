"""XML: the outermost element that repeats is the record, its descendants and attributes are the columns.

The file is read twice: for its shape (which paths there are, how often), and for its rows. No more
than one record is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ..errors import Refused
from ..rows import Rows

RECORD_BYTES = 64 << 20
PATHS = 20_000
DEPTH = 100
SEPARATOR = " | "
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


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


class Measured:
    """A file that refuses to be read on without end while no element of it closes."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file = file
        self.name = name
        self.since_progress = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size)
        self.since_progress += len(chunk)
        if self.since_progress > RECORD_BYTES:
            raise Refused(
                f"{self.name} has an element of more than {RECORD_BYTES >> 20} MiB; "
                "name the record's element with the setting record_path, or send smaller records."
            )
        return chunk


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


def events(path: Path) -> Iterator[tuple[str, Element, Measured]]:
    """The starts and ends of elements. Every way in which XML can be broken comes out as `Refused`."""
    with path.open("rb") as file:
        source = Measured(file, path.name)
        try:
            for event, element in iterparse(
                source, events=("start", "end"), forbid_entities=True, forbid_external=True
            ):
                yield event, element, source
        except DefusedXmlException as error:
            raise Refused(
                f"{path.name} declares entities or refers to other files ({type(error).__name__}), "
                "which can harm the reader; send plain XML without a DOCTYPE."
            ) from None
        except ParseError as error:
            line, column = error.position
            what = str(error).rpartition(":")[0]
            raise Refused(
                f"{path.name} is not valid XML ({what}) at line {line:,}, column {column + 1:,}; "
                "send it again."
            ) from None
        except (LookupError, ValueError) as error:
            raise Refused(f"{path.name} can't be read as XML ({error}); send it as UTF-8.") from None


def local(name: str) -> str:
    return name.rpartition("}")[2]


def filled(text: str | None) -> bool:
    return bool(text and not text.isspace())


def survey(path: Path) -> Shape:
    """The shape of the whole document; elements are forgotten as they close."""
    top = Shape(())
    shapes, elements, paths = [top], [], 0
    for event, element, source in events(path):
        if event == "start":
            name = local(element.tag)
            shape = shapes[-1].children.get(name)
            if shape is None:
                shape = shapes[-1].children[name] = Shape((*shapes[-1].path, name))
                paths += 1
            shape.count += 1
            shape.attributes.update((local(key), None) for key in element.attrib if key != NIL)
            shapes.append(shape)
            elements.append(element)
            if paths > PATHS or len(shapes) > DEPTH:
                raise Refused(
                    f"{path.name} is not a table: it has {paths:,} different paths, down to {len(shapes):,} "
                    "elements deep; send a list of records."
                )
            continue
        source.since_progress = 0
        shape = shapes.pop()
        elements.pop()
        if filled(element.text) or (len(element) and filled(element[-1].tail)):
            shape.has_text = True
        if elements:
            # The text after an element comes later than its end, so the last one stays for a while.
            parent = elements[-1]
            if len(parent) > 1:
                shapes[-1].has_text = shapes[-1].has_text or filled(parent[0].tail)
                del parent[0]
    return next(iter(top.children.values()))


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
    depth, number = 0, 0
    names: list[str] = []
    elements: list[Element] = []
    for event, element, source in events(path):
        if event == "start":
            depth += 1
            if depth <= len(record):
                names.append(local(element.tag))
                elements.append(element)
            continue
        if depth == len(record) and tuple(names) == record:
            number += 1
            cells: dict[str, str | None] = {}
            gather(cells, element, "")
            yield number, [cells.get(name) for name in header]
        if depth <= len(record):
            names.pop()
            elements.pop()
            source.since_progress = 0
            if elements:
                # Nothing below a record's parent is wanted once it has closed.
                del elements[-1][:]
        depth -= 1


def gather(cells: dict[str, str | None], element: Element, prefix: str) -> None:
    """The element's attributes, text and descendants by column name."""
    for key, value in element.attrib.items():
        if key != NIL:
            put(cells, f"{prefix}@{local(key)}", value)
    name = prefix[:-1] or "text"
    if len(element):
        mixed = [text.strip() for text in (element.text, *(child.tail for child in element)) if filled(text)]
        if mixed:
            put(cells, name, " ".join(mixed))
    elif element.get(NIL) not in ("true", "1"):
        put(cells, name, element.text or "")
    for child in element:
        gather(cells, child, f"{prefix}{local(child.tag)}.")


def put(cells: dict[str, Any], name: str, value: str) -> None:
    before = cells.get(name)
    cells[name] = value if before is None else before + SEPARATOR + value

"""Folders that appear whole, with the hashes of what is in them: exports and the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .disk import alone_in, exchange, fsync_file, fsync_folder
from .errors import UsageError
from .hashing import file_sha256
from .releases import remove

SUMS = "SHA256SUMS"


def may_replace(folder: Path) -> None:
    """Raises `UsageError` for a folder that holds anything that was not written here."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder with --to")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SUMS).exists():
        raise UsageError(
            f"{folder} holds something else than an export or a site: name an empty or a new folder with --to"
        )


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """A folder to write instead of `folder`, which takes its place in one step when all is written and safe
    on the disk. Whoever writes the same one waits.

    Raises `UsageError` as `may_replace` does.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with alone_in(folder.parent):
        may_replace(folder)
        temporary = folder.with_name(f".{folder.name}.tmp")
        remove(temporary)
        temporary.mkdir()
        try:
            yield temporary
            for path in (*temporary.rglob("*"), temporary):
                fsync_folder(path) if path.is_dir() else fsync_file(path)
            _put(temporary, folder)
        except BaseException:
            remove(temporary)
            raise


def _put(temporary: Path, folder: Path) -> None:
    """Put a folder that is written in the place of another, or of none."""
    left = temporary
    if not (folder.exists() and exchange(temporary, folder)):
        # In two steps where the system has no such one: killed between them there is none, until the next.
        left = folder.with_name(f".{folder.name}.old")
        remove(left)
        if folder.exists():
            folder.replace(left)
        temporary.replace(folder)
    fsync_folder(folder.parent)
    remove(left)


def clear_half_written(folder: Path) -> None:
    """Removes what is left below a folder of ours of what was being written when its process was killed."""
    for ending in ("tmp", "old"):
        for left in [*folder.rglob(f".*.{ending}")]:
            with alone_in(left.parent, wait=False) as is_nobodys:
                if is_nobodys:
                    remove(left)


def write_sums(folder: Path, names: Iterable[str]) -> None:
    """The hashes of files of a folder, as `sha256sum -c` reads them."""
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in sorted(names)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def sum_faults(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, what is wrong) of each file of a folder that is not as its SHA256SUMS say. Reads them all."""
    listed = {}
    for line in (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS}
    yield from ((name, f"is not in {SUMS}") for name in sorted(there - listed.keys()))
    for name, digest in listed.items():
        if name not in there:
            yield name, "is missing"
        elif file_sha256(folder / name) != digest:
            yield name, f"is not what was written: its SHA-256 is another than in {SUMS}"

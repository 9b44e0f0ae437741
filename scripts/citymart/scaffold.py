"""A new subject's files and list entries, from a template."""

from __future__ import annotations

import re
from pathlib import Path

from citymart.errors import UsageError
from citymart.layouts import Seeds

TEMPLATES = Path(__file__).parent / "templates"


def add_subject(name: str, project: Path) -> list[Path]:
    """Write the staging folder, the layout seed and the list entries of subject `name`.

    Returns the files written or changed. Raises `UsageError` when the name is not a lower-case
    word, or when the subject exists; then nothing has been written.
    """
    if not name:
        raise UsageError("say which subject: make subject NAME=licences")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(
            f"{name!r} is no name for a subject: use lower-case letters, digits and _, as in licences"
        )
    if name in Seeds(project / "seeds").subjects:
        raise UsageError(f"the subject {name} exists: see models/staging/{name}")

    folder = project / "models" / "staging" / name
    folder.mkdir(parents=True)
    written = []
    for template in sorted(TEMPLATES.glob("*NAME.*")):
        file = folder / template.name.replace("NAME", name)
        file.write_text(template.read_text(encoding="utf-8").replace("NAME", name), encoding="utf-8")
        written.append(file)

    layout = project / "seeds" / "layouts" / f"layout_{name}.csv"
    layout.write_text(
        "provider_code,source_column,field,format,note\n*,reference,reference,,\n*,received_date,received_date,,\n",
        encoding="utf-8",
    )
    title = name.replace("_", " ").capitalize()
    return [
        *written,
        layout,
        _append(project / "seeds/market/subjects.csv", f"{name},{title},,append,31,,,received_date,0.5,"),
        _append(
            project / "seeds/layouts/subject_fields.csv",
            f"{name},reference,true,open",
            f"{name},received_date,false,open",
        ),
        _append(
            project / "models/landing/_sources.yml",
            f"      - name: {name}",
            "        description: Landed records of the subject, verbatim.",
            "        columns: *landed",
        ),
        _insert_before(project / "macros/mapping/subjects.sql", "    ]) }}", f"        '{name}',"),
    ]


def _append(file: Path, *lines: str) -> Path:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.rstrip("\n") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def _insert_before(file: Path, mark: str, line: str) -> Path:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(mark, f"{line}\n{mark}", 1), encoding="utf-8")
    return file

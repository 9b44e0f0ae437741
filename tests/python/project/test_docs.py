"""What the documents tell people to type exists and works."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

DOCUMENTS = [
    *("README.md", "docs/add-a-borough.md", "docs/add-a-subject.md", "docs/operate.md"),
    *(
        "docs/generated-city.md",
        "docs/sharing.md",
        "docs/forget.md",
        "docs/lake.md",
        "docs/exports.md",
        "docs/find-data.md",
        "docs/market.md",
    ),
]


def commands(project: Path) -> list[tuple[str, str]]:
    """(document, command): the lines of `sh` blocks, and `./citymart …` and `make …` within the text."""
    found = []
    for document in DOCUMENTS:
        text = (project / document).read_text(encoding="utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            found += [(document, line) for line in map(str.strip, block.splitlines()) if line]
        found += [(document, inline) for inline in re.findall(r"`(\./citymart [^`]+|make [^`]+)`", text)]
    return [(document, line.split("#")[0].strip()) for document, line in found]


@pytest.fixture(scope="module")
def workplace(project: Path, tmp_path_factory) -> Path:
    """A folder with the files that the documents speak of."""
    folder = tmp_path_factory.mktemp("docs")
    source = project / "sample/bexley/spending/2026-09-30.csv"
    for name in ["extracts/hackney/spending/2026-10-31.csv", "incoming/hackney/spending/2026-10-31.csv"]:
        (folder / name).parent.mkdir(parents=True)
        shutil.copy(source, folder / name)
    (folder / "deliveries.csv").write_text(
        "file,provider,subject,as_of,period_from,period_to\n"
        "extracts/hackney/spending/2026-10-31.csv,hackney,spending,2026-10-31,2026-09-01,2026-09-30\n"
    )
    return folder


def test_the_documents_have_commands(project: Path) -> None:
    assert len(commands(project)) > 15


def test_every_make_target_in_the_documents_exists(project: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (project / "Makefile").read_text(), re.MULTILINE))
    named = {shlex.split(line)[1] for _, line in commands(project) if line.startswith("make ")}
    assert named
    assert named <= targets


def test_every_citymart_command_in_the_documents_runs(
    project: Path, workplace: Path, citymart, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    ran = set()
    for document, line in commands(project):
        if not line.startswith("./citymart "):
            continue
        words = shlex.split(line)[1:]
        of_its_own = {
            "publish",
            "export",
            "build",
            "withdraw",
            "forget",
            "sample",
            "licences",
            "site",
            "report",
            "lake",
            "verify",
            "backup",
            "restore",
        }
        of_its_own |= {"--truth", "--operator", "--accept"}
        if of_its_own & {*words}:
            words = [*words[:1], "--help"]  # run in tests of their own
        words = [
            {
                "FILE": "extracts/hackney/spending/2026-10-31.csv",
                "P": "hackney",
                "S": "spending",
                "~/city-keys.csv": str(tmp_path / "city-keys.csv"),
            }.get(word, word)
            for word in words
        ]
        words = [str(workplace / word) if (workplace / word).exists() else word for word in words]
        if tuple(words) in ran:
            continue
        ran.add(tuple(words))
        result = citymart(home, *words)
        said = f"{document}: {line}\n{result.stdout}{result.stderr}"
        assert result.returncode in ({0, 1} if words[0] == "check" else {0}), said
        assert "Traceback" not in said
    assert len(ran) > 8


def test_every_link_between_documents_leads_somewhere(project: Path) -> None:
    for path in [project / "README.md", project / "sample/README.md", *project.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (path.parent / link).exists(), f"{path.name}: {link}"

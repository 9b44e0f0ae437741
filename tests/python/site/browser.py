"""A page of the site in headless Chromium, which no network answers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(os.environ.get("AXE_CORE", "node_modules/axe-core/axe.min.js"))
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to open the pages in")


def opened(site: Path, page: str, script: str, *, axe: bool = False, frames: bool = False) -> tuple[Any, str]:
    """What a script finds on a page in Chromium (it calls `tell`), and what the console has said. With
    `frames` the page is an empty one, in which the script may look into others of the site.
    """
    path = site / page
    copy, code = path.with_name(f"opened-{path.name}"), path.with_name("opened.js")
    loads = f'<script src="{AXE.resolve().as_uri()}"></script>' if axe else ""
    tell = "function tell(x) { document.body.setAttribute('data-told', JSON.stringify(x)); }"
    # From a file: the pages forbid scripts that stand in them.
    code.write_text(f"{tell}{script}", encoding="utf-8")
    text = "<!doctype html><body></body>" if frames else path.read_text(encoding="utf-8")
    copy.write_text(
        text.replace("</body>", f'{loads}<script src="opened.js"></script></body>'), encoding="utf-8"
    )
    try:
        done = subprocess.run(
            [
                *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"),
                *("--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom"),
                *(["--allow-file-access-from-files"] if frames else []),
                *("--window-size=1280,900", copy.as_uri()),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        copy.unlink()
        code.unlink()
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    told = re.search(r'data-told="([^"]*)"', done.stdout)
    assert told, done.stderr[-2000:]
    return json.loads(told[1].replace("&quot;", '"').replace("&lt;", "<").replace("&amp;", "&")), console

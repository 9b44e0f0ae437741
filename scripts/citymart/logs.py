"""The story of a fault, kept for whoever mends it; the person who met it gets one line."""

from __future__ import annotations

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from .home import Home


def write_log(home: Home, headline: str) -> Path:
    """The exception that is being handled, with its traceback, in a file of its own under `logs/`."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}.log"
    story = f"{headline}\n\n{traceback.format_exc()}"
    for folder in (home.root / "logs", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(story, encoding="utf-8", errors="backslashreplace")
            return folder / name
        except OSError:
            continue
    return Path(os.devnull)

"""Asks the warm process for commands."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from citymart.home import PROJECT

HERE = Path(__file__).parent
KILLED = -9


@dataclass(frozen=True)
class Ended:
    """How a command ended; `steps` are the system calls that changed what was watched, by name."""

    status: int
    out: str
    err: str
    steps: list[str]
    refused: int
    seconds: float

    @property
    def line(self) -> str:
        """What it says on stderr of what is wrong, which has to be one line and no traceback."""
        told = [line for line in self.err.splitlines() if line.startswith("citymart: ")]
        assert len(told) == 1 and "Traceback" not in self.err and "internal error" not in self.err, self.err
        return told[0]


class Running:
    """A command that has begun."""

    def __init__(self, address: str, request: dict[str, Any]):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address)
        self._lines = self._socket.makefile("rw", encoding="utf-8")
        self._write(json.dumps(request))

    def _write(self, line: str) -> None:
        self._lines.write(line + "\n")
        self._lines.flush()

    def held(self) -> str:
        """Waits until it is held, and says at which step."""
        answer = json.loads(self._lines.readline())
        assert "held" in answer, f"it ended before that step: {answer}"
        return answer["held"]

    def go(self) -> None:
        self._write("go")

    def ended(self) -> Ended:
        with self._socket, self._lines:
            ended = Ended(**json.loads(self._lines.readline()))
        how = "killed" if ended.status == KILLED else "refused the disk" if ended.refused else "undisturbed"
        Warm.ran[how] += 1
        return ended


class Warm:
    """The warm process; ends with this one."""

    ran: ClassVar[Counter[str]] = Counter()
    """How many commands were run in this session, by what was done to them."""

    def __init__(self) -> None:
        # The path of a socket is short.
        self._folder = Path(tempfile.mkdtemp(prefix="warm"))
        self._address = str(self._folder / "door")
        path = os.pathsep.join([str(PROJECT / "scripts"), str(HERE)])
        environment = {"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "HOME": str(self._folder)}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "CITYMART_ADDRESS_LIBRARY": "off"}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "warm.py"), self._address],
            env=environment,
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout.readline() == b"ready\n"

    def close(self) -> None:
        # Not until all it has started has ended: what a failed test holds ends with this process.
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder)

    def start(
        self,
        home: Path,
        *arguments: object,
        project: Path | None = None,
        candidate: Path | None = None,
        fault: dict[str, Any] | None = None,
        clock: float = 0,
        watch: Sequence[Path] = (),
    ) -> Running:
        """Begin `citymart ARGUMENTS --home HOME`."""
        command = {
            "arguments": [*map(str, arguments), "--home", str(home)],
            "project": str(project) if project else None,
            "candidate": str(candidate) if candidate else None,
            "clock": clock,
        }
        return Running(
            self._address,
            {
                "command": command,
                "watch": [str(home), *map(str, watch)],
                "fault": fault,
            },
        )

    def run(self, home: Path, *arguments: object, **more: Any) -> Ended:
        return self.start(home, *arguments, **more).ended()

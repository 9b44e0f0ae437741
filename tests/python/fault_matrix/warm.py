"""Commands in processes of their own, from one that has imported everything: a load starts in no time.

`python warm.py SOCKET` listens; each connection is one command. It is run with what is asked of the system
calls that change the disk: none (all are noted), to be killed before one of them or after some seconds, to be
refused from one on, or to be held at one until it is told to go on.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TextIO

import system_calls
from system_calls import Call


def serve(address: str) -> None:
    import commands

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        print("ready", flush=True)
        while True:
            readable, _, _ = select.select([door, sys.stdin], [], [])
            if sys.stdin in readable:  # whoever has started this has gone
                return
            asked, _ = door.accept()
            lines = asked.makefile("rw", encoding="utf-8")
            request = json.loads(lines.readline())
            commands.prepare(**request["command"])
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                door.close()
                try:
                    Watched(asked, lines, request).run()
                finally:
                    os._exit(0)
            lines.close()
            asked.close()


class Watched:
    """One command: this process watches it, a child runs it."""

    def __init__(self, asked: socket.socket, lines: TextIO, request: dict[str, Any]):
        self.asked, self.lines, self.request = asked, lines, request
        self.fault: dict[str, Any] = request["fault"] or {}
        self.steps: list[str] = []
        self.refused = 0
        self.held: Call | None = None
        self.unsafe: dict[tuple[int, int], int] = {}

    def run(self) -> None:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            ours, theirs = socket.socketpair()
            begun = time.monotonic()
            self.child = os.fork()
            if self.child == 0:
                self._become(theirs, out.fileno(), err.fileno())
            theirs.close()
            _, (self.listener,), _, _ = socket.recv_fds(ours, 1, 1)
            status = self._watch(begun)
            for file in (out, err):
                file.seek(0)
            answer = {
                "status": os.waitstatus_to_exitcode(status),
                "out": out.read().decode(),
                "err": err.read().decode(),
                "steps": self.steps,
                "refused": self.refused,
                "seconds": time.monotonic() - begun,
            }
            self._say(answer)

    def _say(self, answer: dict[str, Any]) -> None:
        with suppress(OSError):
            self.lines.write(json.dumps(answer) + "\n")
            self.lines.flush()

    def _become(self, theirs: socket.socket, out: int, err: int) -> None:
        status = 70
        try:
            os.dup2(out, 1)
            os.dup2(err, 2)
            listener = system_calls.hold()
            socket.send_fds(theirs, [b"x"], [listener])
            os.close(listener)
            import commands

            status = commands.run(**self.request["command"])
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def _watch(self, begun: float) -> int:
        """Answers every call until the command has ended; its status."""
        poll = select.poll()
        poll.register(self.listener, select.POLLIN)
        poll.register(self.asked, select.POLLIN)
        seconds = self.fault.get("kill_after")
        while True:
            rest = None if seconds is None else max(0, seconds - (time.monotonic() - begun))
            ready = dict(poll.poll(1000 if rest is None else min(1000, rest * 1000)))
            if rest == 0:
                self._kill()
                seconds = None
            if self.asked.fileno() in ready:
                if self.lines.readline() == "go\n" and self.held:
                    system_calls.go_on(self.listener, self.held)
                    self.held = None
                else:  # nobody listens any more, or it shall end
                    self._kill()
            happened = ready.get(self.listener, 0)
            if happened & select.POLLIN:
                if call := system_calls.next_call(self.listener):
                    self._answer(call)
            elif happened & select.POLLHUP:
                return os.waitpid(self.child, 0)[1]

    def _answer(self, call: Call) -> None:
        if self._is_ours(call):
            self.steps.append(self._name(call))
            at = len(self.steps) - 1
            if self.fault.get("kill_before") == at or self._is("kill_at"):
                return self._kill()
            if self._is("hold_at") and not self.held:
                self.fault.pop("hold_at")
                self.held = call
                return self._say({"held": self.steps[-1]})
            if at >= self.fault.get("refuse_from", 1 << 60) and not (
                self.fault.get("frees", True) and call.name in system_calls.FREES
            ):
                self.refused += 1
                return system_calls.refuse(self.listener, call, self.fault["error"])
            self._note_what_is_unsafe(call)
        system_calls.go_on(self.listener, call)
        return None

    def _is(self, what: str) -> bool:
        return what in self.fault and fnmatch(self.steps[-1], self.fault[what])

    def _is_ours(self, call: Call) -> bool:
        return any(Path(file).is_relative_to(where) for file in call.files for where in self.request["watch"])

    def _name(self, call: Call) -> str:
        """Such as `rename .scratch/records.parquet → landing/spending/camden/ID.parquet`."""
        return f"{call.name} {' → '.join(self._short(file) for file in call.files)}"

    def _short(self, file: str) -> str:
        for where in self.request["watch"]:
            if Path(file).is_relative_to(where):
                file = str(Path(file).relative_to(where))
                break
        file = re.sub(r"\b\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}", "RELEASE", file.removesuffix(" (deleted)"))
        file = re.sub(r"[0-9a-f]{32}|[0-9a-f]{16}", "ID", file)
        return re.sub(r"(?<=[./-])\d{2,}(?=[./]|$)", "N", file)

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
        if self.fault.get("power"):
            self._lose_what_is_unsafe()

    def _note_what_is_unsafe(self, call: Call) -> None:
        if "power" not in self.fault or (found := call.file) is None:
            return
        which = (found.st_dev, found.st_ino)
        if call.name in system_calls.WRITES:
            self.unsafe.setdefault(which, found.st_size)
        elif call.name in ("fsync", "fdatasync"):
            self.unsafe.pop(which, None)

    def _lose_what_is_unsafe(self) -> None:
        """As when the power goes: what was not made safe since is not on the disk."""
        os.waitid(os.P_PID, self.child, os.WEXITED | os.WNOWAIT)
        for where in self.request["watch"]:
            for path in Path(where).rglob("*"):
                found = path.lstat()
                kept = self.unsafe.get((found.st_dev, found.st_ino))
                if kept is not None and found.st_size > kept:
                    os.truncate(path, kept)


if __name__ == "__main__":
    serve(sys.argv[1])

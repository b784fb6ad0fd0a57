# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the person at the terminal reads while long steps run."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

from .process import tied

# When this process began, which the move into the venv does not end: proc(5), field 22 of stat
_BEGAN = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
_HEARTBEAT = 10  # seconds between two signs of life


def say(text: str) -> None:
    seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - _BEGAN / os.sysconf("SC_CLK_TCK")
    print(f"[{seconds:4.0f} s] {text}", flush=True)


def fail(text: str) -> "SystemExit":
    """``raise fail("what is wrong and what to do")`` ends the program with that sentence."""
    return SystemExit(f"\n{text}")


class Heartbeat:
    """Says a line now, and while the block runs one every few seconds.

    >>> with Heartbeat("Copying"):
    ...     copy()

    ``latest`` may be set to whatever shows best how far the step has come.
    """

    def __init__(self, text: str):
        self.text = text
        self.latest = ""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self._done.wait(_HEARTBEAT):
            say(f"  … {self.latest or self.text}"[:100])

    def __enter__(self) -> "Heartbeat":
        say(self.text)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._done.set()
        self._thread.join()


def run(text: str, argv: list, **popen) -> None:
    """Run ``argv`` under a heartbeat that shows its output's latest line.

    Its output is shown only if it fails, which ends the program.  It is killed when this process
    is.  ``popen`` goes to ``subprocess.Popen``.
    """
    output: deque[str] = deque(maxlen=30)
    with Heartbeat(text) as heartbeat:
        process = subprocess.Popen(
            tied(argv, signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **popen,
        )
        for line in process.stdout:
            output.append(line)
            heartbeat.latest = line.strip()
        status = process.wait()
    if status:
        sys.stderr.writelines(output)
        raise fail(f"{text}: {Path(argv[0]).name} ended with status {status}.")

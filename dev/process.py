# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server as a child process."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path

_POLL = 0.05  # seconds; servers come up within tenths of a second or within a minute


def end_in_order() -> None:
    """Make an order to end (Ctrl-C, kill) a ``SystemExit``, so that servers end in order."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def tied(argv: Iterable, sent: signal.Signals) -> list[str]:
    """The command line of a program that is ``sent`` a signal when this process ends or is killed.

    To be started from the main thread: what the kernel watches is the thread that starts it.
    """
    return ["setpriv", "--pdeathsig", sent.name.removeprefix("SIG"), *map(str, argv)]


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    """Whether a server of ours could listen on a loopback port."""
    with socket.socket() as probe:
        # as servers do: what is left of closed connections is in nobody's way
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Server(ABC):
    """A server on loopback that never outlives this process, not even if that is killed.

    A context manager: starts on enter and answers from then on, ends on exit.  It may be started
    again after ``stop`` or ``kill``.  To be started from the main thread, see ``tied``.
    """

    #: What asks it to end in good order, its clients notwithstanding.
    ends_on = signal.SIGTERM
    #: Seconds to wait for its first answer, and for its end.
    patience = 120

    def __init__(self, folder: Path):
        """``folder`` is there and the server's alone."""
        self.folder = folder
        self.log = folder / "log"
        self._process: subprocess.Popen | None = None

    @abstractmethod
    def command(self) -> list:
        """The command line that runs the server in the foreground."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    def popen(self) -> dict:
        """Further arguments of ``subprocess.Popen``: account, environment."""
        return {}

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> "Server":
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                tied(self.command(), self.ends_on),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for us, who end the servers in order
                **self.popen(),
            )
        deadline = time.monotonic() + self.patience
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{type(self).__name__} does not start:\n{self.tail()}")
            time.sleep(_POLL)
        return self

    def wait(self) -> int:
        """Wait for its end, whatever brings it about."""
        return self._process.wait()

    def stop(self) -> None:
        """End it in good order; without any left-overs in any case."""
        if self._process is not None:
            self._process.send_signal(self.ends_on)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.patience)
        self.kill()

    def kill(self) -> None:
        """``kill -9`` it and its children."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def tail(self, lines: int = 30) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
